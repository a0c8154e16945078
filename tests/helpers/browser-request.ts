import { text } from 'node:stream/consumers';

/** As much of a browser's XMLHttpRequest as dicomweb-client sends objects with, over fetch. */
export class BrowserRequest {
  readyState = 0;
  status = 0;
  response: unknown;
  responseType = '';
  onreadystatechange: (() => void) | undefined;
  #method = '';
  #url = '';
  readonly #headers = new Headers();

  open(method: string, url: string): void {
    this.#method = method;
    this.#url = url;
  }

  setRequestHeader(name: string, value: string): void {
    this.#headers.set(name, value);
  }

  getResponseHeader(): null {
    return null;
  }

  getAllResponseHeaders(): string {
    return '';
  }

  send(body: Uint8Array<ArrayBuffer>): void {
    void this.#send(body);
  }

  async #send(body: Uint8Array<ArrayBuffer>): Promise<void> {
    // fetch changes the case of the common methods alone.
    const response = await fetch(this.#url, {
      method: this.#method.toUpperCase(),
      headers: this.#headers,
      body,
    }).catch(() => undefined);
    this.status = response?.status ?? 0;
    this.response = response?.body == null ? '' : await text(response.body);
    this.readyState = 4;
    this.onreadystatechange?.();
  }
}
