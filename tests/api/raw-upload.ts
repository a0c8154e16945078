import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const boundary = 'hepastage-test-boundary';

/** An upload that its test sends byte by byte, on a socket of its own. */
export class RawUpload {
  readonly socket: Socket;
  #received = '';

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.setEncoding('latin1').on('data', (text: string) => {
      this.#received += text;
    });
    // Resets are what some tests are about; the response tells whether they came too early.
    socket.on('error', () => undefined);
  }

  /** Bytes of the body before the first of the file. */
  static headBytes(name: string): number {
    return partHead(name).length;
  }

  /** The end of the body. */
  static readonly tail = `\r\n--${boundary}--\r\n`;

  /** Opens the request, and the part `name`. `contentLength`: of the whole body. */
  static async begin(
    url: string,
    name: string,
    contentLength: number,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<RawUpload> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    await once(socket, 'connect');
    const upload = new RawUpload(socket);
    upload.#write(
      [
        'POST /v1/studies HTTP/1.1',
        'Host: test',
        `Content-Type: multipart/form-data; boundary=${boundary}`,
        `Content-Length: ${contentLength}`,
        ...Object.entries(headers).map(([header, value]) => `${header}: ${value}`),
        '',
        partHead(name),
      ].join('\r\n'),
    );
    return upload;
  }

  async send(bytes: Uint8Array): Promise<void> {
    if (!this.socket.write(bytes))
      await Promise.race([once(this.socket, 'drain'), once(this.socket, 'close')]);
  }

  /** Ends the connection without a word, as a client that dies does. */
  vanish(): void {
    this.socket.resetAndDestroy();
  }

  /** Everything that the server says until it closes the connection. */
  async response(): Promise<string> {
    if (!this.socket.closed) await once(this.socket, 'close');
    return this.#received;
  }

  #write(text: string): void {
    this.socket.write(text, 'latin1');
  }
}

function partHead(name: string): string {
  return `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="a.nii"\r\n\r\n`;
}
