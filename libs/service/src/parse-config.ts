import 'reflect-metadata';
import { readFileSync } from 'node:fs';
import { validateSync } from 'class-validator';

/** How the text of a variable becomes a value. `list`: separated by commas, blanks trimmed, empty items dropped. */
export type VariableForm = 'text' | 'integer' | 'number' | 'boolean' | 'list';

export interface VariableOptions {
  /** What a good value looks like, as an operator should read it: "a port, 0 to 65535". */
  readonly expected: string;
  /** Default `text`. */
  readonly as?: VariableForm;
  /** Never printed, and may come from the file that `<NAME>_FILE` names instead. */
  readonly secret?: boolean;
}

/** One variable of a configuration class, for reference pages and `config check`. */
export interface ConfigVariable extends Required<VariableOptions> {
  readonly name: string;
  readonly property: string;
  /** The default as text; undefined when the variable must be set or simply has none. */
  readonly defaultText: string | undefined;
}

export interface ConfigProblem {
  readonly variable: string;
  readonly problem: string;
  readonly expected: string;
}

/** Everything that is wrong with the environment, found in one go. Values of secrets never appear in it. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly problems: readonly ConfigProblem[];

  constructor(problems: readonly ConfigProblem[]) {
    const lines = problems.map(
      ({ variable, problem, expected }) => `  ${variable} ${problem}; expected ${expected}`,
    );
    super(
      `the configuration has ${problems.length === 1 ? 'a problem' : `${problems.length} problems`}\n${lines.join('\n')}`,
    );
    this.problems = problems;
  }
}

export type Environment = Readonly<Record<string, string | undefined>>;

interface DeclaredVariable extends Required<VariableOptions> {
  readonly name: string;
  readonly property: string;
}

const variablesKey = Symbol('muster.config.variables');

/**
 * Binds a property of a configuration class to an environment variable. The property's initial value is the default; rules
 * are the decorators of class-validator beside it, and `@IsOptional()` is what lets a variable without default be absent.
 */
export function Variable(name: string, options: VariableOptions): PropertyDecorator {
  return (target, property) => {
    const inherited = variablesOf(target);
    const declared: DeclaredVariable = {
      as: 'text',
      secret: false,
      ...options,
      name,
      property: String(property),
    };
    Reflect.defineMetadata(
      variablesKey,
      [...inherited.filter((other) => other.property !== property), declared],
      target,
    );
  };
}

/**
 * Reads a configuration class from the environment and freezes it. An empty variable counts as not set.
 * @throws ConfigError naming every problem at once
 */
export function parseConfig<Config extends object>(
  env: Environment,
  ConfigClass: new () => Config,
  readFile: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Readonly<Config> {
  const config = new ConfigClass();
  const problems: ConfigProblem[] = [];
  const unusable = new Set<string>();
  const present = new Set<string>();
  for (const variable of variablesOf(ConfigClass.prototype as object)) {
    const taken = take(env, variable, readFile);
    if (taken.kind === 'absent') continue;
    present.add(variable.property);
    if (taken.kind === 'value') {
      Reflect.set(config, variable.property, taken.value);
    } else {
      unusable.add(variable.property);
      problems.push({ variable: taken.variable, problem: taken.problem, expected: variable.expected });
    }
  }
  problems.push(...rulesBroken(config, present, unusable));
  if (problems.length > 0) throw new ConfigError(problems);
  for (const value of Object.values(config)) if (Array.isArray(value)) Object.freeze(value);
  return Object.freeze(config);
}

/** The variables of a configuration class with their defaults, in order of declaration. */
export function describeConfig(ConfigClass: new () => object): ConfigVariable[] {
  const defaults = new ConfigClass();
  return variablesOf(ConfigClass.prototype as object).map((variable) => {
    const value = Reflect.get(defaults, variable.property) as
      string | number | boolean | readonly string[] | undefined;
    const defaultText = value === undefined ? undefined : String(value);
    return { ...variable, defaultText };
  });
}

function variablesOf(target: object): readonly DeclaredVariable[] {
  return (Reflect.getMetadata(variablesKey, target) as readonly DeclaredVariable[] | undefined) ?? [];
}

type Taken =
  | { readonly kind: 'absent' }
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'problem'; readonly variable: string; readonly problem: string };

function take(env: Environment, variable: DeclaredVariable, readFile: (path: string) => string): Taken {
  const direct = env[variable.name] || undefined;
  const fileVariable = `${variable.name}_FILE`;
  const path = variable.secret ? env[fileVariable] || undefined : undefined;
  if (path === undefined) return direct === undefined ? { kind: 'absent' } : converted(direct, variable);
  if (direct !== undefined) {
    return {
      kind: 'problem',
      variable: variable.name,
      problem: `is set, and so is ${fileVariable}: set one of them`,
    };
  }
  try {
    return converted(readFile(path).trim(), variable);
  } catch {
    return { kind: 'problem', variable: fileVariable, problem: 'names a file that cannot be read' };
  }
}

function converted(text: string, variable: DeclaredVariable): Taken {
  const shown = variable.secret ? 'its value' : JSON.stringify(text);
  const value = convert(text.trim(), variable.as);
  return value === undefined
    ? {
        kind: 'problem',
        variable: variable.name,
        problem: `cannot be read as ${articles[variable.as]}: ${shown}`,
      }
    : { kind: 'value', value };
}

const articles: Readonly<Record<VariableForm, string>> = {
  text: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  list: 'a list',
};

function convert(text: string, form: VariableForm): unknown {
  switch (form) {
    case 'text':
      return text;
    case 'list':
      return text
        .split(',')
        .map((item) => item.trim())
        .filter((item) => item !== '');
    case 'boolean':
      return text === 'true' ? true : text === 'false' ? false : undefined;
    case 'integer':
      return /^-?\d{1,15}$/.test(text) ? Number(text) : undefined;
    case 'number':
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(text) ? Number(text) : undefined;
  }
}

function rulesBroken(
  config: object,
  present: ReadonlySet<string>,
  unusable: ReadonlySet<string>,
): ConfigProblem[] {
  const byProperty = new Map(variablesOf(config).map((variable) => [variable.property, variable]));
  const problems: ConfigProblem[] = [];
  for (const { property, constraints } of validateSync(config, {
    validationError: { value: false, target: false },
  })) {
    const variable = byProperty.get(property);
    if (variable === undefined || unusable.has(property)) continue;
    const rules = Object.values(constraints ?? {}).map((rule) => rule.replace(property, '').trim());
    const value: unknown = Reflect.get(config, property);
    const problem =
      !present.has(property) && value === undefined ? 'is not set' : `is not accepted (${rules.join(', ')})`;
    problems.push({ variable: variable.name, problem, expected: variable.expected });
  }
  return problems;
}
