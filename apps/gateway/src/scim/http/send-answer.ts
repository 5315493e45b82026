import type { ServerResponse } from 'node:http';
import { SCIM_MEDIA_TYPE } from './media-type.js';
import type { Answer, Exchange } from './exchange.js';

/**
 * Writes the answer past Fastify: it would add a charset to the media type, and this is the hot path. HEAD and 204/304 have
 * no body; everything else is SCIM.
 */
export function sendAnswer(exchange: Pick<Exchange, 'reply' | 'requestId'>, answer: Answer): void {
  const response = exchange.reply.hijack().raw;
  if (answer.onUndelivered !== undefined) watchDelivery(response, answer.onUndelivered);
  const headers: Record<string, string | number> = { 'x-request-id': exchange.requestId, ...answer.headers };
  if (answer.body === undefined) {
    response.writeHead(answer.status, headers).end();
    return;
  }
  const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body);
  headers['content-type'] = SCIM_MEDIA_TYPE;
  headers['content-length'] = Buffer.byteLength(text);
  response.writeHead(answer.status, headers).end(text);
}

/** `writableFinished` means handed to the operating system: more cannot be known of an answer over HTTP. */
function watchDelivery(response: ServerResponse, onUndelivered: () => void): void {
  if (response.closed || response.destroyed) {
    onUndelivered();
    return;
  }
  response.once('close', () => {
    if (!response.writableFinished) onUndelivered();
  });
}
