import { signal } from "@preact/signals";
import { CLOSE_SESSION_ENDED, CLOSE_TOO_MANY_SOCKETS } from "../../worker/catalog.ts";
import type { StudioEvent } from "../../worker/contract.ts";

const PING_EVERY_MS = 30_000;
const PONG_WITHIN_MS = 10_000;
const RETRY_FIRST_MS = 1_000;
const RETRY_LONGEST_MS = 30_000;

export type Socket = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">;

export type LiveDependencies = {
  /** Opens a socket to `/api/events`. */
  connect: () => Socket;
  /** 0–1, so that a deploy that cuts every socket is not answered by all of them in one moment. */
  random: () => number;
  onEvent: (event: StudioEvent) => void;
  /** The Worker closed because the session is over. */
  onSessionEnded: () => void;
};

/**
 * One connection that says what changed, as soon as it did. It is a hint, never the truth: whoever shows
 * something as in flight asks again when `up` turns true, and polls while it is false.
 */
export function createLive({ connect, random, onEvent, onSessionEnded }: LiveDependencies) {
  const up = signal(false);
  let wanted = false;
  let socket: Socket | null = null;
  let failures = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let ping: ReturnType<typeof setTimeout> | undefined;

  function dial() {
    clearTimeout(retry);
    const opened = connect();
    socket = opened;
    opened.onopen = () => {
      beat(opened);
    };
    opened.onmessage = ({ data }) => {
      if (opened !== socket) return;
      beat(opened);
      if (data === "pong" || typeof data !== "string") return;
      const event = parse(data);
      if (event === null) return;
      if (event.type === "snapshot") {
        failures = 0;
        up.value = true;
      }
      onEvent(event);
    };
    opened.onclose = ({ code }) => {
      if (opened === socket) lost(code);
    };
  }

  /** Anything heard proves the line; silence is asked about, and then taken for a cut cable. */
  function beat(opened: Socket) {
    clearTimeout(ping);
    ping = setTimeout(() => {
      opened.send("ping");
      ping = setTimeout(() => {
        lost(0);
        opened.close();
      }, PONG_WITHIN_MS);
    }, PING_EVERY_MS);
  }

  function lost(code: number) {
    socket = null;
    up.value = false;
    clearTimeout(ping);
    if (code === CLOSE_SESSION_ENDED) {
      wanted = false;
      onSessionEnded();
    }
    // Another tab took this one's place: coming back would push out the next. Polling serves this one.
    if (code === CLOSE_TOO_MANY_SOCKETS) wanted = false;
    if (!wanted) return;
    const longest = Math.min(RETRY_LONGEST_MS, RETRY_FIRST_MS * 2 ** failures);
    failures += 1;
    retry = setTimeout(dial, longest * (0.5 + random() / 2));
  }

  return {
    up,
    open() {
      if (wanted) return;
      wanted = true;
      dial();
    },
    /** The network is back, or the tab in front again: no reason to sit out the wait. */
    hurry() {
      if (wanted && socket === null) dial();
    },
    close() {
      wanted = false;
      clearTimeout(retry);
      clearTimeout(ping);
      const closing = socket;
      socket = null;
      up.value = false;
      closing?.close();
    },
  };
}

export type Live = ReturnType<typeof createLive>;

function parse(data: string): StudioEvent | null {
  try {
    return JSON.parse(data) as StudioEvent;
  } catch {
    return null;
  }
}
