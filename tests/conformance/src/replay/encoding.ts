const PLACEHOLDER = /%7B%7B(\w+)%7D%7D/g;

/** A query value as most clients encode it; `{{placeholders}}` stay. */
export function percentEncoded(text: string): string {
  return encodeURIComponent(text).replaceAll(PLACEHOLDER, '{{$1}}');
}

/** As .NET's form encoding writes it, and Entra with it: a plus for a space, hex digits in lower case. */
export function formEncoded(text: string): string {
  return percentEncoded(text)
    .replaceAll('%20', '+')
    .replaceAll(/%[0-9A-F]{2}/g, (escape) => escape.toLowerCase());
}
