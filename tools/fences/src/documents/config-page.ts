import { DirectoryConfig } from '@muster/directory';
import { GatewayConfig } from '@muster/gateway';
import { NotifierConfig } from '@muster/notifier';
import { describeConfig, type ConfigVariable } from '@muster/service';
import { table, type GeneratedBlock } from './generated-block.js';
import { productionSources } from './source-files.js';

const PAGE = 'docs/reference/config.md';

/** What the source says above the property of a variable, if it says anything. */
function remarkOf(name: string, files: readonly string[]): string {
  const comment = new RegExp(String.raw`/\*\*((?:(?!\*/)[\s\S])*)\*/\s*@Variable\('${name}'`);
  for (const { path, text } of productionSources()) {
    const found = files.includes(path) ? comment.exec(text)?.[1] : undefined;
    if (found !== undefined) return found.replaceAll(/\s*\*?\s+/g, ' ').trim();
  }
  return '';
}

function defaultOf({ name, defaultText }: ConfigVariable): string {
  // Made of the host's name and the process id, so it is another one on every machine.
  if (name === 'INSTANCE_ID') return 'host name and process id';
  if (defaultText === undefined) return '';
  return defaultText === '' ? 'empty' : `\`${defaultText}\``;
}

function configBlock(service: string, ConfigClass: new () => object): GeneratedBlock {
  const files = [`apps/${service}/src/config.ts`, 'libs/service/src/service-config.ts'];
  const row = (variable: ConfigVariable) => [
    `\`${variable.name}\`${variable.secret ? ' (secret)' : ''}`,
    variable.expected,
    defaultOf(variable),
    remarkOf(variable.name, files),
  ];
  return {
    page: PAGE,
    name: `configuration of the ${service}`,
    lines: table(
      ['variable', 'expected', 'default', 'remark'],
      describeConfig(ConfigClass)
        .toSorted((left, right) => (left.name < right.name ? -1 : 1))
        .map(row),
    ),
  };
}

/** Every variable of every service. */
export function configBlocks(): readonly GeneratedBlock[] {
  return [
    configBlock('gateway', GatewayConfig),
    configBlock('directory', DirectoryConfig),
    configBlock('notifier', NotifierConfig),
  ];
}

/** Places at which a test can strike, and the file of each. */
export function failpointsBlock(): GeneratedBlock {
  const places = productionSources().flatMap(({ path, text }) =>
    [...text.matchAll(/\bfailpoint(?:Async)?\('([\w.-]+)'/g)].map(([, name]) => [
      `\`${name}\``,
      `\`${path}\``,
    ]),
  );
  return {
    page: PAGE,
    name: 'failpoints',
    lines: table(
      ['failpoint', 'in'],
      places.toSorted(([left = ''], [right = '']) => (left < right ? -1 : 1)),
    ),
  };
}
