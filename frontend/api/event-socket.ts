import type { Signal } from "@preact/signals";
import { CLOSE_SESSION_ENDED } from "../../worker/shared/error-codes.ts";
import type { StudioEvent } from "../../worker/api/schemas/event.ts";
import { backoff } from "./backoff.ts";

const PING_EVERY_MS = 30_000;
const PONG_WITHIN_MS = 10_000;
/** After a close by the Worker itself; polling serves this tab meanwhile. */
const CLOSED_RETRY_FIRST_MS = 60_000;
const CLOSED_RETRY_LONGEST_MS = 15 * 60_000;

export type Socket = Pick<WebSocket, "send" | "close" | "onopen" | "onmessage" | "onclose">;

export type EventSocketDependencies = {
  /** Opens a socket to `/api/events`. */
  connect: () => Socket;
  /** 0–1, so that a deploy that cuts every socket does not make all of them reconnect at once. */
  random: () => number;
  /** Set by this socket: true while pushes arrive. */
  isConnected: Signal<boolean>;
  onEvent: (event: StudioEvent) => void;
  /** The Worker closed because the session is over. */
  onSessionEnded: () => void;
  /** The socket closed before it opened: no network, no Worker, or no session. */
  onRefused: () => void;
};

/**
 * One connection for pushed changes. A push is a hint: the client asks again for everything in flight when `isConnected` turns
 * true, and polls while it is false.
 */
export function createEventSocket({
  connect,
  random,
  isConnected,
  onEvent,
  onSessionEnded,
  onRefused,
}: EventSocketDependencies) {
  let shouldReconnect = false;
  let socket: Socket | null = null;
  let failures = 0;
  /** Closes by the Worker itself. Not reset by a new socket, or tabs over the limit would evict each other in turn. */
  let closes = 0;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let ping: ReturnType<typeof setInterval> | undefined;
  let deadline: ReturnType<typeof setTimeout> | undefined;

  function connectSocket() {
    clearTimeout(retry);
    const opened = connect();
    let hasOpened = false;
    socket = opened;
    opened.onopen = () => {
      hasOpened = true;
      if (opened === socket) startPings(opened);
    };
    opened.onmessage = ({ data }) => {
      if (opened !== socket) return;
      clearTimeout(deadline);
      if (data === "pong" || typeof data !== "string") return;
      const event = parse(data);
      if (event === null) return;
      if (event.type === "snapshot") {
        failures = 0;
        isConnected.value = true;
      }
      onEvent(event);
    };
    opened.onclose = ({ code }) => {
      if (opened !== socket) return;
      onDisconnect(code);
      if (!hasOpened) onRefused();
    };
  }

  /** Any message proves the connection. Pings are sent all the same: by them the Worker knows which sockets are alive. */
  function startPings(opened: Socket) {
    clearTimers();
    ping = setInterval(() => {
      opened.send("ping");
      deadline = setTimeout(() => {
        onDisconnect(0);
        opened.close();
      }, PONG_WITHIN_MS);
    }, PING_EVERY_MS);
  }

  function clearTimers() {
    clearTimeout(retry);
    clearInterval(ping);
    clearTimeout(deadline);
  }

  function onDisconnect(code: number) {
    socket = null;
    isConnected.value = false;
    clearTimers();
    if (code >= 4000) {
      retry = setTimeout(
        connectSocket,
        backoff(closes, random, CLOSED_RETRY_FIRST_MS, CLOSED_RETRY_LONGEST_MS),
      );
      closes += 1;
    } else {
      retry = setTimeout(connectSocket, backoff(failures, random));
      failures += 1;
    }
    if (code === CLOSE_SESSION_ENDED) onSessionEnded();
  }

  return {
    open() {
      if (shouldReconnect) return;
      shouldReconnect = true;
      connectSocket();
    },
    /** The network is back, or the tab is in front again: does not wait for the delay. */
    reconnectNow() {
      if (shouldReconnect && socket === null) connectSocket();
    },
    close() {
      shouldReconnect = false;
      clearTimers();
      const closing = socket;
      socket = null;
      isConnected.value = false;
      closing?.close();
    },
  };
}

export type EventSocket = ReturnType<typeof createEventSocket>;

function parse(data: string): StudioEvent | null {
  try {
    return JSON.parse(data) as StudioEvent;
  } catch {
    return null;
  }
}
