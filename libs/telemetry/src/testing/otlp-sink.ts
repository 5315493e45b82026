import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';

export type SinkAttribute = string | number | boolean | readonly SinkAttribute[] | null;

/** A span as a collector would have received it. */
export interface SinkSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId: string | undefined;
  readonly name: string;
  readonly kind: 'internal' | 'server' | 'client' | 'producer' | 'consumer';
  readonly service: string;
  readonly attributes: Readonly<Record<string, SinkAttribute>>;
  readonly links: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly failed: boolean;
  readonly startMs: number;
  readonly durationMs: number;
}

/** A span with its children in order of their start. */
export interface SpanNode {
  readonly span: SinkSpan;
  readonly children: readonly SpanNode[];
}

/** The spans of one trace as a tree; `toString` prints it indented, for a failing test to show. */
export interface SpanTree {
  readonly roots: readonly SpanNode[];
  toString(): string;
}

export interface OtlpSink {
  /** For `OTEL_EXPORTER_OTLP_ENDPOINT`. */
  readonly endpoint: string;
  /** Everything received, in order of arrival. */
  spans(): readonly SinkSpan[];
  /** Every body received, as text: for tests that no secret and no name left the process. */
  received(): string;
  /** Resolves with the first span that matches, now or later; rejects after `timeoutMs` (default 10,000) with what there was. */
  waitFor(predicate: (span: SinkSpan) => boolean, timeoutMs?: number): Promise<SinkSpan>;
  tree(traceId: string): SpanTree;
  clear(): void;
  close(): Promise<void>;
}

const bodyBytesMax = 32 * 1024 * 1024;

/** A collector for tests: takes OTLP/HTTP JSON on a free port of 127.0.0.1 and keeps the spans in memory. */
export async function startOtlpSink(): Promise<OtlpSink> {
  const sink = new InMemorySink();
  const server = createServer((request, response) => {
    receive(request, response, sink).catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return sink.opened(
    `http://127.0.0.1:${port}`,
    () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  );
}

async function receive(
  request: IncomingMessage,
  response: ServerResponse,
  sink: InMemorySink,
): Promise<void> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > bodyBytesMax) return void response.writeHead(413).end();
    chunks.push(chunk);
  }
  const raw = Buffer.concat(chunks);
  const body = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(raw) : raw).toString();
  if (request.url === '/v1/traces') sink.add(body);
  response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
}

interface Waiter {
  readonly predicate: (span: SinkSpan) => boolean;
  readonly resolve: (span: SinkSpan) => void;
}

class InMemorySink {
  private kept: SinkSpan[] = [];
  private bodies: string[] = [];
  private readonly waiters = new Set<Waiter>();

  add(body: string): void {
    this.bodies.push(body);
    for (const span of parseSpans(body)) {
      this.kept.push(span);
      for (const waiter of this.waiters) {
        if (!waiter.predicate(span)) continue;
        this.waiters.delete(waiter);
        waiter.resolve(span);
      }
    }
  }

  opened(endpoint: string, close: () => Promise<void>): OtlpSink {
    return {
      endpoint,
      close,
      spans: () => [...this.kept],
      received: () => this.bodies.join('\n'),
      waitFor: (predicate, timeoutMs = 10_000) => this.waitFor(predicate, timeoutMs),
      tree: (traceId) => treeOf(this.kept.filter((span) => span.traceId === traceId)),
      clear: () => {
        this.kept = [];
        this.bodies = [];
      },
    };
  }

  private waitFor(predicate: (span: SinkSpan) => boolean, timeoutMs: number): Promise<SinkSpan> {
    const found = this.kept.find(predicate);
    if (found !== undefined) return Promise.resolve(found);
    return new Promise((resolve, reject) => {
      const waiter: Waiter = {
        predicate,
        resolve: (span) => {
          clearTimeout(timer);
          resolve(span);
        },
      };
      const timer = setTimeout(() => {
        this.waiters.delete(waiter);
        const names = this.kept.map((span) => `${span.service}: ${span.name}`).join(', ');
        reject(new Error(`no such span within ${timeoutMs} ms; received: ${names || 'none'}`));
      }, timeoutMs);
      this.waiters.add(waiter);
    });
  }
}

function treeOf(spans: readonly SinkSpan[]): SpanTree {
  const ids = new Set(spans.map((span) => span.spanId));
  const inOrder = [...spans].sort((a, b) => a.startMs - b.startMs);
  const nodeOf = (span: SinkSpan): SpanNode => ({
    span,
    children: inOrder.filter((child) => child.parentSpanId === span.spanId).map(nodeOf),
  });
  // A span whose parent belongs to a client outside is a root of what was received.
  const roots = inOrder
    .filter((span) => span.parentSpanId === undefined || !ids.has(span.parentSpanId))
    .map(nodeOf);
  return { roots, toString: () => roots.map((root) => printed(root, 0)).join('\n') };
}

function printed(node: SpanNode, depth: number): string {
  const { span } = node;
  const links = span.links.length > 0 ? ` (${span.links.length} links)` : '';
  const line = `${'  '.repeat(depth)}${span.name} [${span.service} ${span.kind}]${span.failed ? ' FAILED' : ''}${links}`;
  return [line, ...node.children.map((child) => printed(child, depth + 1))].join('\n');
}

interface OtlpValue {
  readonly stringValue?: string;
  readonly intValue?: number | string;
  readonly doubleValue?: number;
  readonly boolValue?: boolean;
  readonly arrayValue?: { readonly values?: readonly OtlpValue[] };
}
interface OtlpAttribute {
  readonly key: string;
  readonly value: OtlpValue;
}
interface OtlpSpan {
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly name: string;
  readonly kind: number;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly attributes?: readonly OtlpAttribute[];
  readonly links?: readonly { readonly traceId: string; readonly spanId: string }[];
  readonly status?: { readonly code?: number };
}
interface OtlpRequest {
  readonly resourceSpans?: readonly {
    readonly resource?: { readonly attributes?: readonly OtlpAttribute[] };
    readonly scopeSpans?: readonly { readonly spans?: readonly OtlpSpan[] }[];
  }[];
}

/** `SpanKind` of opentelemetry-proto trace.proto, from 1. */
const kinds = ['internal', 'server', 'client', 'producer', 'consumer'] as const;
/** `STATUS_CODE_ERROR` of opentelemetry-proto trace.proto. */
const statusError = 2;

function parseSpans(body: string): SinkSpan[] {
  const request = JSON.parse(body) as OtlpRequest;
  const spans: SinkSpan[] = [];
  for (const resourceSpans of request.resourceSpans ?? []) {
    const service = String(attributesOf(resourceSpans.resource?.attributes)['service.name'] ?? 'unknown');
    for (const scope of resourceSpans.scopeSpans ?? []) {
      for (const span of scope.spans ?? []) spans.push(sinkSpan(span, service));
    }
  }
  return spans;
}

function sinkSpan(span: OtlpSpan, service: string): SinkSpan {
  const startMs = Number(span.startTimeUnixNano) / 1e6;
  return {
    traceId: span.traceId,
    spanId: span.spanId,
    parentSpanId: span.parentSpanId || undefined,
    name: span.name,
    kind: kinds[span.kind - 1] ?? 'internal',
    service,
    attributes: attributesOf(span.attributes),
    links: (span.links ?? []).map(({ traceId, spanId }) => ({ traceId, spanId })),
    failed: span.status?.code === statusError,
    startMs,
    durationMs: Number(span.endTimeUnixNano) / 1e6 - startMs,
  };
}

function attributesOf(attributes: readonly OtlpAttribute[] | undefined): Record<string, SinkAttribute> {
  return Object.fromEntries((attributes ?? []).map(({ key, value }) => [key, plain(value)]));
}

function plain(value: OtlpValue): SinkAttribute {
  if (value.intValue !== undefined) return Number(value.intValue);
  if (value.arrayValue !== undefined) return (value.arrayValue.values ?? []).map(plain);
  return value.stringValue ?? value.doubleValue ?? value.boolValue ?? null;
}
