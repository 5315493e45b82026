interface Route {
  /** As it stands in metrics and span names: a template, never an id. */
  readonly template: string;
  readonly pattern: RegExp;
  readonly methods: readonly string[];
}

function route(template: string, methods: readonly string[]): Route {
  const pattern = template.replaceAll('.', '\\.').replaceAll(/:\w+/g, '[^/]+');
  return { template, pattern: new RegExp(`^${pattern}$`), methods };
}

/** The paths that every tenant has, with what can be done there. */
const fixedRoutes: readonly Route[] = [
  route('/Users', ['GET', 'POST']),
  route('/Users/.search', ['POST']),
  route('/Users/:id', ['GET', 'PUT', 'PATCH', 'DELETE']),
  route('/Groups', ['GET', 'POST']),
  route('/Groups/.search', ['POST']),
  route('/Groups/:id', ['GET', 'PUT', 'PATCH', 'DELETE']),
  route('/ServiceProviderConfig', ['GET']),
  route('/ResourceTypes', ['GET']),
  route('/ResourceTypes/:id', ['GET']),
  route('/Schemas', ['GET']),
  route('/Schemas/:id', ['GET']),
  route('/Me', ['GET', 'POST', 'PUT', 'PATCH', 'DELETE']),
  route('/Bulk', ['POST']),
  route('/', ['GET']),
  route('/.search', ['POST']),
];

/** Those of the types that tenants register: whether there is such a path depends on who asks. */
const ownTypeRoutes: readonly Route[] = [
  route('/:type', ['GET', 'POST']),
  route('/:type/.search', ['POST']),
  route('/:type/:id', ['GET', 'PUT', 'PATCH', 'DELETE']),
];

/** Every path that there is: the tests of the route inventory walk this list. */
export const routes: readonly Route[] = [...fixedRoutes, ...ownTypeRoutes];

/** The methods that a path of every tenant knows (RFC 9110 section 10.2.1), or undefined when there is no such path. */
export function allowedMethods(path: string): readonly string[] | undefined {
  return fixedRoutes.find(({ pattern }) => pattern.test(path))?.methods;
}

const fixedSegments = new Set(fixedRoutes.map(({ template }) => template.split('/', 2)[1]));

/** Whether paths that start so are the protocol's, so that none of them belongs to a tenant's own type. */
export function isFixedSegment(segment: string): boolean {
  return fixedSegments.has(segment);
}
