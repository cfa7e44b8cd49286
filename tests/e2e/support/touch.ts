import type { BrowserContext, Page } from "playwright-core";

type Point = { x: number; y: number };

/** Dispatches touches: each step has the positions of the fingers; an empty one ends the touch. */
export async function touch(context: BrowserContext, page: Page) {
  const inspector = await context.newCDPSession(page);
  return async (steps: Point[][]) => {
    for (const [index, touchPoints] of steps.entries()) {
      const type = index === 0 ? "touchStart" : touchPoints.length === 0 ? "touchEnd" : "touchMove";
      await inspector.send("Input.dispatchTouchEvent", { type, touchPoints });
    }
  };
}
