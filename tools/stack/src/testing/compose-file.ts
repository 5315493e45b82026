import { parse } from 'yaml';

/** What our checks read of `docker-compose.yml`. */
export interface ComposeService {
  readonly environment: Readonly<Record<string, string>>;
  /** `[address:]published:container`. */
  readonly ports: readonly string[];
  readonly dependsOn: readonly string[];
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
}

/** Services of a compose file with anchors merged, and `${NAME}` replaced by what `variables` says. */
export function readComposeFile(
  text: string,
  variables: Readonly<Record<string, string>>,
): ReadonlyMap<string, ComposeService> {
  const file = asFields(parse(text, { merge: true }));
  const services = asFields(file.get('services'));
  return new Map([...services].map(([name, value]) => [name, readService(asFields(value), variables)]));
}

function readService(
  fields: ReadonlyMap<string, unknown>,
  variables: Readonly<Record<string, string>>,
): ComposeService {
  const environment = [...asFields(fields.get('environment'))].map(([name, value]): [string, string] => [
    name,
    interpolate(String(value), variables),
  ]);
  return {
    environment: Object.fromEntries(environment),
    ports: asTexts(fields.get('ports')),
    dependsOn: [...asFields(fields.get('depends_on')).keys()],
    command: asTexts(fields.get('command')),
    healthcheck: asTexts(asFields(fields.get('healthcheck')).get('test')),
  };
}

/** `${NAME}`, `${NAME:?message}` and `${NAME:-default}`, the forms the file uses. */
function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)(?::\?[^}]*|:-([^}]*))?\}/g, (_all, name: string, fallback?: string) => {
    const value = Object.hasOwn(variables, name) ? variables[name] : fallback;
    if (value === undefined) throw new Error(`the compose file wants ${name}, which nothing sets`);
    return value;
  });
}

function asFields(value: unknown): ReadonlyMap<string, unknown> {
  return new Map<string, unknown>(typeof value === 'object' && value !== null ? Object.entries(value) : []);
}

function asTexts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.map(String) : [];
}
