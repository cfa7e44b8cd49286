/** A proxy in front of an app, with a sign-in page on another origin, like Cloudflare Access. */
import { createServer, type IncomingMessage, request, type Server } from "node:http";
import { type AddressInfo, connect, type Socket } from "node:net";

export const SIGN_IN_LINK = "Continue to the studio";

export type Gateway = {
  url: string;
  /** The address of its sign-in page. */
  signInUrl: string;
  /** Ends the session and destroys open sockets, as after the computer was asleep. */
  endSession: () => void;
  stop: () => Promise<void>;
};

export async function startGateway(appUrl: string): Promise<Gateway> {
  const app = new URL(appUrl);
  let hasSession = true;
  const sockets = new Set<Socket>();
  /** Replaces host and origin by those of the app. */
  const headersFor = ({ headers }: IncomingMessage) => ({
    ...headers,
    host: app.host,
    ...(headers.origin !== undefined && { origin: app.origin }),
  });

  const signInPage = createServer((incoming, response) => {
    const back = new URL(incoming.url ?? "/", "http://localhost").searchParams.get("back") ?? "";
    if (incoming.url?.startsWith("/done")) {
      hasSession = true;
      response.writeHead(302, { location: back }).end();
      return;
    }
    const link = `<a href="/done?back=${encodeURIComponent(back)}">${SIGN_IN_LINK}</a>`;
    response.writeHead(200, { "content-type": "text/html" }).end(link);
  });
  const signInUrl = await listen(signInPage);

  const gateway = createServer((incoming, response) => {
    if (!hasSession) {
      const back = encodeURIComponent(url + (incoming.url ?? "/"));
      response.writeHead(302, { location: `${signInUrl}/?back=${back}` }).end();
      return;
    }
    const { method, url: path } = incoming;
    const outgoing = request(
      { host: app.hostname, port: app.port, method, path, headers: headersFor(incoming) },
      (upstream) => {
        response.writeHead(upstream.statusCode ?? 502, upstream.headers);
        upstream.pipe(response);
      },
    );
    outgoing.on("error", () => response.destroy());
    incoming.pipe(outgoing);
  });
  gateway.on("upgrade", (incoming: IncomingMessage, socket: Socket, head: Buffer) => {
    if (!hasSession) return socket.end("HTTP/1.1 302 Found\r\nlocation: /\r\n\r\n");
    const upstream = connect(Number(app.port), app.hostname, () => {
      const lines = Object.entries(headersFor(incoming)).map(([name, value]) => `${name}: ${String(value)}`);
      upstream.write([`GET ${incoming.url} HTTP/1.1`, ...lines, "", ""].join("\r\n"));
      upstream.write(head);
      socket.pipe(upstream).pipe(socket);
    });
    for (const end of [socket, upstream]) {
      sockets.add(end);
      end.on("error", () => {});
      end.on("close", () => {
        sockets.delete(end);
        (end === socket ? upstream : socket).destroy();
      });
    }
  });
  const url = await listen(gateway);

  return {
    url,
    signInUrl,
    endSession() {
      hasSession = false;
      for (const socket of sockets) socket.destroy();
    },
    async stop() {
      for (const server of [gateway, signInPage]) {
        server.closeAllConnections();
        await new Promise((resolve) => server.close(resolve));
      }
    },
  };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `http://localhost:${(server.address() as AddressInfo).port}`;
}
