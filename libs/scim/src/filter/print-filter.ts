import { printReference } from '../schema/attribute-reference.js';
import { type Filter } from './filter.js';

/** The text of a filter, with no more parentheses than needed: `parseFilter` gives an equal tree back. */
export function printFilter(filter: Filter): string {
  switch (filter.kind) {
    case 'and':
      return filter.filters
        .map((each) => group(each, each.kind === 'and' || each.kind === 'or'))
        .join(' and ');
    case 'or':
      return filter.filters.map((each) => group(each, each.kind === 'or')).join(' or ');
    case 'not':
      return `not ${group(filter.filter, true)}`;
    case 'comparison':
      return `${printReference(filter.path)} ${filter.operator} ${JSON.stringify(filter.value)}`;
    case 'present':
      return `${printReference(filter.path)} pr`;
    case 'valuePath':
      return `${printReference(filter.path)}[${printFilter(filter.filter)}]`;
  }
}

function group(filter: Filter, needed: boolean): string {
  return needed ? `(${printFilter(filter)})` : printFilter(filter);
}
