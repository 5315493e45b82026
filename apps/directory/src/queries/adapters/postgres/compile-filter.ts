import { parseUuid } from '@muster/contracts';
import {
  epochMs,
  foldCase,
  invalidFilter,
  matchesFilter,
  printReference,
  type ComparisonFilter,
  type ComparisonOperator,
  type PresentFilter,
  type ResolvedAttribute,
  type ResolvedFilter,
  type ValuePathFilter,
} from '@muster/scim';
import { NOTHING, joined, negated, scan, simple, type Condition } from './condition.js';
import {
  columnOf,
  type ColumnMapping,
  type MembershipMapping,
  type RelationMapping,
  type ResourceSource,
} from './resource-source.js';
import type { SqlParameters } from './sql-parameters.js';
import { prefixCondition, textCondition } from './text-condition.js';
import { inGroup, inGroupByType } from './users-in-groups.js';

type Test = ComparisonFilter<ResolvedAttribute> | PresentFilter<ResolvedAttribute>;
type PositiveOperator = Exclude<ComparisonOperator, 'ne'>;

/**
 * Compiles a filter to SQL that holds for exactly the resources for which `matchesFilter` holds on the whole resource. All
 * values are bound. Throws 400 `invalidFilter` for what the directory does not know: never a condition that lets all pass.
 *
 * SQL knows three truth values, SCIM two: null stands for false, and negation is `is not true`, so the difference never
 * shows.
 */
export function compileFilter(
  filter: ResolvedFilter,
  source: ResourceSource,
  parameters: SqlParameters,
): Condition {
  return new FilterCompiler(source, parameters).compile(filter);
}

class FilterCompiler {
  constructor(
    private readonly source: ResourceSource,
    private readonly parameters: SqlParameters,
  ) {}

  compile(filter: ResolvedFilter): Condition {
    switch (filter.kind) {
      case 'and':
      case 'or':
        return joined(
          filter.filters.map((each) => this.compile(each)),
          filter.kind,
        );
      case 'not':
        return negated(this.compile(filter.filter));
      case 'valuePath':
        return this.valuePath(filter);
      case 'present':
        return this.test(filter);
      case 'comparison':
        return filter.operator === 'ne'
          ? negated(this.test({ ...filter, operator: 'eq' }))
          : this.test(filter);
    }
  }

  private test(test: Test): Condition {
    const { path } = test;
    if (path.schema === undefined) {
      if (path.attribute === 'schemas')
        return this.schemas((value) => this.column({ kind: 'unfolded-text', sql: value }, test).sql);
      if (path.attribute === 'meta' && path.subAttribute === undefined) return scan('true');
    }
    const column = columnOf(this.source, path);
    if (column !== undefined) return this.column(column, test);
    if (path.schema === undefined) {
      const relation = this.source.relations.get(path.attribute);
      const condition = (columns: RelationMapping['subAttributes']): Condition =>
        this.relationTest(columns, test, path.subAttribute);
      if (relation?.kind === 'memberships')
        return this.memberships(relation, path.subAttribute === 'type', condition);
      if (relation !== undefined && (relation.complete || requiresValue(test, path.subAttribute)))
        return this.relation(relation, condition);
    }
    return scan(this.inDocument('r.document', path, (value) => this.jsonTest(value, test)));
  }

  private valuePath({ path, filter }: ValuePathFilter<ResolvedAttribute>): Condition {
    if (path.schema === undefined) {
      if (path.attribute === 'meta') return this.compile(underParent('meta', filter));
      if (path.attribute === 'schemas') {
        return this.schemas(
          (value) =>
            this.inner(filter, (test) => this.column({ kind: 'unfolded-text', sql: value }, test)).sql,
        );
      }
      const relation = this.source.relations.get(path.attribute);
      const condition = (columns: RelationMapping['subAttributes']): Condition =>
        this.inner(filter, (test) => this.relationTest(columns, test, test.path.attribute));
      if (relation?.kind === 'memberships')
        return this.memberships(relation, mentions(filter, 'type'), condition);
      if (relation !== undefined && (relation.complete || this.answers(relation, filter)))
        return this.relation(relation, condition);
    }
    return scan(
      this.inDocument('r.document', path, (value) => {
        const object = path.definition.type === 'complex' ? value : `jsonb_build_object('value', ${value})`;
        return this.inner(filter, (test) => {
          const column = columnOf(this.source, { ...path, subAttribute: test.path.attribute });
          if (column !== undefined) return this.column(column, test);
          return scan(this.inDocument(object, test.path, (sub) => this.jsonTest(sub, test)));
        }).sql;
      }),
    );
  }

  /** The inside of `path[...]`, whose tests are about one and the same value. */
  private inner(filter: ResolvedFilter, test: (test: Test) => Condition): Condition {
    switch (filter.kind) {
      case 'and':
      case 'or':
        return joined(
          filter.filters.map((each) => this.inner(each, test)),
          filter.kind,
        );
      case 'not':
        return negated(this.inner(filter.filter, test));
      case 'comparison':
        return filter.operator === 'ne' ? negated(test({ ...filter, operator: 'eq' })) : test(filter);
      case 'present':
        return test(filter);
      case 'valuePath':
        throw invalidFilter('A value path cannot stand in another one.');
    }
  }

  /**
   * Rows of a table are values of the resource. Where an index finds the rows, their owners are collected first and looked
   * up by id, which also works beside an OR; otherwise each resource is asked for its rows.
   */
  private relation(
    relation: RelationMapping,
    condition: (columns: RelationMapping['subAttributes']) => Condition,
  ): Condition {
    const { sql, indexed } = condition(relation.subAttributes);
    const rows = `select ${relation.owner} from ${relation.from} where ${this.parameters.ofTenantByKey(relation.tenant)} and ${sql}`;
    const perRow = `exists (${rows} and ${relation.owner} = r.id)`;
    return indexed ? { sql: `r.id = any (array(${rows}))`, indexed, perRow } : scan(perRow);
  }

  /** What is said of a group as a direct one and as an indirect one differs only by `type`. */
  private memberships(
    { subAttributes }: MembershipMapping,
    byType: boolean,
    condition: (columns: RelationMapping['subAttributes']) => Condition,
  ): Condition {
    const direct = condition(subAttributes('direct'));
    if (!byType) return inGroup(direct, this.parameters);
    return inGroupByType(direct, condition(subAttributes('indirect')), this.parameters);
  }

  private relationTest(
    columns: RelationMapping['subAttributes'],
    test: Test,
    subAttribute: string | undefined,
  ): Condition {
    if (test.kind === 'present' && subAttribute === undefined) return scan('true');
    const column = columns.get(subAttribute ?? 'value');
    if (column === undefined) throw unsupported(test.path);
    return this.column(column, test);
  }

  /** Whether the table has all that the filter asks about. */
  private answers(relation: RelationMapping, filter: ResolvedFilter): boolean {
    switch (filter.kind) {
      case 'and':
        return (
          filter.filters.every((each) => this.hasColumns(relation, each)) &&
          filter.filters.some((each) => this.answers(relation, each))
        );
      case 'or':
        return filter.filters.every((each) => this.answers(relation, each));
      case 'comparison':
        return requiresValue(filter, filter.path.attribute);
      default:
        return false;
    }
  }

  private hasColumns(relation: RelationMapping, filter: ResolvedFilter): boolean {
    if (filter.kind === 'and' || filter.kind === 'or')
      return filter.filters.every((each) => this.hasColumns(relation, each));
    if (filter.kind === 'not') return this.hasColumns(relation, filter.filter);
    return filter.kind !== 'valuePath' && relation.subAttributes.has(filter.path.attribute);
  }

  private column(column: ColumnMapping, test: Test): Condition {
    if (column.kind === 'unsupported') throw unsupported(test.path);
    if (column.kind === 'constant') {
      const holds = matchesFilter(
        { ...test, path: { attribute: 'value', definition: test.path.definition, multiValued: false } },
        {
          value: column.value,
        },
      );
      return holds ? scan('true') : NOTHING;
    }
    if (test.kind === 'present')
      return scan(
        column.kind === 'time' || column.kind === 'uuid'
          ? `${column.sql} is not null`
          : `${column.sql} <> ''`,
      );
    const operator = positive(test.operator);
    if (column.kind === 'time')
      return scan(`${column.sql} ${orderSign(operator, test.path)} ${this.time(test.value)}`);
    const wanted = test.path.definition.caseExact ? String(test.value) : foldCase(String(test.value));
    if (column.kind === 'uuid') return this.uuidColumn(column, operator, wanted);
    if (column.kind === 'unfolded-text') {
      const folded = test.path.definition.caseExact ? column.sql : `directory.fold_case(${column.sql})`;
      return scan(textCondition(operator, folded, wanted, this.parameters));
    }
    if (operator === 'sw')
      return simple(prefixCondition(column.sql, wanted, this.parameters), column.indexed && wanted !== '');
    return simple(
      textCondition(operator, column.sql, wanted, this.parameters),
      column.indexed && operator === 'eq',
    );
  }

  private uuidColumn(
    column: { sql: string; indexed: boolean },
    operator: PositiveOperator,
    wanted: string,
  ): Condition {
    if (operator !== 'eq')
      return scan(textCondition(operator, `(${column.sql})::text`, wanted, this.parameters));
    // Ids are caseExact: one in capitals is not the id.
    if (parseUuid(wanted) !== wanted) return NOTHING;
    return simple(`${column.sql} = ${this.parameters.add(wanted, 'uuid')}`, column.indexed);
  }

  /** `schemas` is not stored: it follows from what the document has. */
  private schemas(condition: (value: string) => string): Condition {
    const { core, extensions } = this.source.schemas;
    const places = extensions.map((urn) => {
      const text = this.parameters.add(urn, 'text');
      return `case when r.document ? ${text} then ${text} end`;
    });
    const list = [this.parameters.add(core, 'text'), ...places].join(', ');
    return scan(
      `exists (select from unnest(array[${list}]) as s (value) where s.value is not null and ${condition('s.value')})`,
    );
  }

  /** One of the values at the path, found as the SCIM engine finds them: lists are looked into, what is absent has none. */
  private inDocument(
    document: string,
    path: ResolvedAttribute,
    condition: (value: string) => string,
  ): string {
    const alias = document === 'r.document' ? 'j' : 'k';
    return `exists (select from jsonb_path_query(${document}, ${this.parameters.add(jsonPath(path), 'jsonpath')}) as ${alias} (value) where ${condition(`${alias}.value`)})`;
  }

  private jsonTest(value: string, test: Test): string {
    if (test.kind === 'present') return `${value} not in ('""', '{}', '[]')`;
    const operator = positive(test.operator);
    const { definition } = test.path;
    if (definition.type === 'dateTime') {
      const wanted = this.parameters.add(String(epochMs(String(test.value))), 'bigint');
      return `directory.epoch_ms(${value} #>> '{}') ${orderSign(operator, test.path)} ${wanted}`;
    }
    if (typeof test.value === 'boolean')
      return `${value} = to_jsonb(${this.parameters.add(test.value, 'boolean')})`;
    if (typeof test.value === 'number') {
      const number = this.parameters.add(String(test.value), 'numeric');
      return `case when jsonb_typeof(${value}) = 'number' then (${value})::numeric ${orderSign(operator, test.path)} ${number} end`;
    }
    const text = `(${value} #>> '{}')`;
    const wanted = definition.caseExact ? String(test.value) : foldCase(String(test.value));
    const folded = definition.caseExact ? text : `directory.fold_case${text}`;
    return `(jsonb_typeof(${value}) = 'string' and ${textCondition(operator, folded, wanted, this.parameters)})`;
  }

  /** Times in the tables lie within four-digit years, so a bound beyond them compares the same at their edge. */
  private time(literal: unknown): string {
    const instant = new Date(String(literal)).getTime();
    const clamped = Math.min(Math.max(instant, Date.UTC(1970, 0, 1)), Date.UTC(9999, 11, 31));
    return this.parameters.add(new Date(clamped).toISOString(), 'timestamptz');
  }
}

function unsupported(path: ResolvedAttribute): Error {
  return invalidFilter(`Filters on ${printReference(path)} are not supported.`);
}

/** Holds only for a value whose `value` is there. */
function requiresValue(test: Test, subAttribute: string | undefined): boolean {
  return (
    test.kind === 'comparison' &&
    (subAttribute ?? 'value') === 'value' &&
    test.operator !== 'ne' &&
    typeof test.value === 'string'
  );
}

/** Whether the inside of `path[...]` says something of the sub-attribute. */
function mentions(filter: ResolvedFilter, subAttribute: string): boolean {
  if (filter.kind === 'and' || filter.kind === 'or')
    return filter.filters.some((each) => mentions(each, subAttribute));
  return filter.kind === 'not'
    ? mentions(filter.filter, subAttribute)
    : filter.path.attribute === subAttribute;
}

function positive(operator: ComparisonOperator): PositiveOperator {
  if (operator === 'ne') throw new Error('ne is the negation of eq');
  return operator;
}

const signs: ReadonlyMap<PositiveOperator, string> = new Map([
  ['eq', '='],
  ['gt', '>'],
  ['ge', '>='],
  ['lt', '<'],
  ['le', '<='],
]);

function orderSign(operator: PositiveOperator, path: ResolvedAttribute): string {
  const sign = signs.get(operator);
  if (sign === undefined)
    throw invalidFilter(`The operator ${operator} does not apply to ${printReference(path)}.`);
  return sign;
}

/** `meta[created gt "..."]` is `meta.created gt "..."`: a single value, always there. */
function underParent(parent: string, filter: ResolvedFilter): ResolvedFilter {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return { kind: filter.kind, filters: filter.filters.map((each) => underParent(parent, each)) };
    case 'not':
      return { kind: 'not', filter: underParent(parent, filter.filter) };
    case 'valuePath':
      throw invalidFilter('A value path cannot stand in another one.');
    default:
      return { ...filter, path: { ...filter.path, attribute: parent, subAttribute: filter.path.attribute } };
  }
}

/**
 * SQL/JSON path in lax mode: absent members yield nothing, `[*]` opens a list and leaves a single value as it is.
 * `primaryOnly`: of the value that is marked as the preferred one.
 */
export function jsonPath(
  path: Pick<ResolvedAttribute, 'schema' | 'attribute' | 'subAttribute'> & { readonly primaryOnly?: boolean },
): string {
  const names = [path.schema, path.attribute]
    .filter((name) => name !== undefined)
    .map((name) => `.${JSON.stringify(name)}`);
  const primary = path.primaryOnly === true ? ' ? (@."primary" == true)' : '';
  const sub = path.subAttribute === undefined ? '' : `.${JSON.stringify(path.subAttribute)}[*]`;
  return `$${names.join('')}[*]${primary}${sub}`;
}
