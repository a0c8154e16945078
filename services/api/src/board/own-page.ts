/** bull-board asks Google for its fonts, and shows a spinner in inline styles until its scripts run: both would need more than its own host. Without them it is the same page. */
const others = [/<link href="https:[^>]*>/g, /(?<=<div id="root">).*(?=<\/div>\s*<script defer)/gs];

/** Its page, out of nothing but what this service serves. */
export function ownPage(html: string): string {
  return others.reduce((page, part) => page.replace(part, ''), html);
}

/** What the page may do: run its scripts, show its styles and images, ask its own host. */
export const boardPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'self'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');
