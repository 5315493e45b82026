import type { IncomingMessage } from 'node:http';
import { Refusal } from '../refusals/refusal.js';
import type { Gate } from './gate.js';

/** The client went away before its body was complete: nothing was begun, and nobody is left to be answered. */
export class RequestAbortedError extends Error {
  override readonly name = 'RequestAbortedError';
}

/**
 * Reads a body of at most `bytesMax` bytes. Throws 413 as soon as the announced or the received length is more, 503 when
 * all bodies together would take more memory than the gate allows, `RequestAbortedError` when the client goes away.
 * The bytes of a body that is returned stay counted in `memory`: whoever asked gives them back when it is done with it.
 */
export async function readBody(request: IncomingMessage, bytesMax: number, memory: Gate): Promise<Buffer> {
  const announced = Number(request.headers['content-length'] ?? 0);
  if (announced > bytesMax) throw tooLarge(bytesMax);
  if (request.destroyed && !request.complete) throw new RequestAbortedError();
  const chunks: Buffer[] = [];
  let received = 0;
  const take = (chunk: Buffer): Refusal | undefined => {
    if (received + chunk.length > bytesMax) return tooLarge(bytesMax);
    const refusal = memory.tryEnter(chunk.length);
    if (refusal !== undefined) return refusal;
    received += chunk.length;
    chunks.push(chunk);
    return undefined;
  };
  try {
    await eachChunk(request, take);
  } catch (error) {
    memory.leave(received);
    throw error;
  }
  return chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks, received);
}

/** Hands out chunks until the end. What comes after a refusal is thrown away unread, so that the answer can be sent. */
function eachChunk(request: IncomingMessage, take: (chunk: Buffer) => Refusal | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const onData = (chunk: Buffer): void => {
      const refusal = take(chunk);
      if (refusal === undefined) return;
      request.off('data', onData);
      request.resume();
      reject(refusal);
    };
    // Every request closes in the end: the error is made only for one that closes before its time.
    const onClosed = (): void => {
      if (!request.readableEnded) reject(new RequestAbortedError());
    };
    request.on('data', onData);
    request.once('end', resolve);
    request.once('error', onClosed);
    request.once('close', onClosed);
  });
}

function tooLarge(bytesMax: number): Refusal {
  return new Refusal('too_large', { parameters: new Map([['limit', String(bytesMax)]]) });
}
