import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { contentDisposition, fileNameOf } from "../../worker/shared/file-name.ts";

const nameOf = (prompt: string | null, id: string | null = null, n = 0) =>
  fileNameOf({ id, prompt }, n, "image/png");

describe("the file name of an image", () => {
  it.each([
    ["a fox in the snow", "a-fox-in-the-snow.png"],
    ['../../etc/"passwd"\r\nx: y', "etc-passwd-x-y.png"],
    ["Café ☕ à la carte", "café-☕-à-la-carte.png"],
    ["हिन्दी में एक लोमड़ी", "हिन्दी-में-एक-लोमड़ी.png"],
    ["สุนัขจิ้งจอกในหิมะ", "สุนัขจิ้งจอกในหิมะ.png"],
    ["ثَعْلَبٌ في الثلج", "ثَعْلَبٌ-في-الثلج.png"],
    ["شُועָל בַּשֶּׁלֶג", "شُועָל-בַּשֶּׁלֶג.png"],
    ["می‌خواهم", "می‌خواهم.png"],
    ["雪の中の狐。", "雪の中の狐.png"],
    ["🦊 👩‍👩‍👧 🇯🇵 👍🏽 1️⃣", "🦊-👩‍👩‍👧-🇯🇵-👍🏽-1️⃣.png"],
    ["evil\u202egnp.exe", "evil-gnp-exe.png"],
    ["\u0301x", "x.png"],
    ["CON", "image-con.png"],
    ["lpt¹", "image-lpt¹.png"],
    ["console", "console.png"],
    ["?!…", "image.png"],
    ["", "image.png"],
  ])("of %j is %s", (prompt, name) => {
    expect(nameOf(prompt)).toBe(name);
  });

  it("has the id and the output's number, and no words of a hidden prompt", () => {
    expect(nameOf("A fox", "pred/1", 0)).toBe("a-fox-pred_1.png");
    expect(nameOf("A fox", "pred/1", 2)).toBe("a-fox-pred_1-3.png");
    expect(nameOf(null, "pred1")).toBe("image-pred1.png");
    expect(nameOf(null)).toBe("image.png");
    expect(fileNameOf({ id: null, prompt: "x" }, 0, "image/jpeg; charset=x")).toBe("x.jpg");
  });

  it("is cut between graphemes", () => {
    expect(nameOf("👩‍👩‍👧".repeat(40))).toMatch(/^(?:👩‍👩‍👧){7}\.png$/u);
    expect(nameOf("न्दी".repeat(100))).toMatch(/^(?:न्दी)+\.png$/u);
    expect(nameOf(`x${"\u0301".repeat(500)}`)).toBe("image.png");
  });

  it("is valid on all systems and in a header, whatever the prompt", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 600 }), fc.boolean(), (prompt, hasId) => {
        const name = nameOf(prompt, hasId ? "pred" : null);
        expect(name.isWellFormed()).toBe(true);
        expect(new TextEncoder().encode(name).byteLength).toBeLessThan(200);
        expect(name).toMatch(/^[^\s.\p{Cc}\u202a-\u202e\u2066-\u2069\\/:*?"<>|%;']+\.png$/u);
        const header = contentDisposition("inline", name);
        expect(header).toMatch(/^inline; filename="[\w-]+\.png"; filename\*=UTF-8''[\w.~!%-]+$/);
        expect(decodeURIComponent(header.slice(header.indexOf("''") + 2))).toBe(name);
      }),
    );
  });
});

describe("Content-Disposition", () => {
  it.each([
    ["café-à-la-carte.png", "cafe-a-la-carte.png"],
    ["🦊-x.png", "x.png"],
    ["ثعلب.png", "image.png"],
    ["雪-pred1.png", "pred1.png"],
  ])("names %s for old clients %s", (name, ascii) => {
    expect(contentDisposition("attachment", name)).toBe(
      `attachment; filename="${ascii}"; filename*=UTF-8''${encodeURIComponent(name)}`,
    );
  });
});
