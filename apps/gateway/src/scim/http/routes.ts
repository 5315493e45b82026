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

/** Every path that there is, with what can be done there: the tests of the route inventory walk this list. */
export const routes: readonly Route[] = [
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

/** The methods that a path knows (RFC 9110 section 10.2.1), or undefined when there is no such path. */
export function allowedMethods(path: string): readonly string[] | undefined {
  return routes.find(({ pattern }) => pattern.test(path))?.methods;
}
