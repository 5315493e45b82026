/** The URL of a listener, without a path; an IPv6 address stands in brackets (RFC 3986 section 3.2.2). */
export function listenerUrl(host: string, port: number): string {
  return `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
}
