import type { OpenAPIObject } from '@nestjs/swagger';
import { API_PREFIX } from '../core/api.js';
import { problemResponses } from '../http/problem.dto.js';

type PathItem = OpenAPIObject['paths'][string];
type Operation = NonNullable<PathItem['get']>;
type Answers = Record<string, object | undefined>;

const METHODS = ['get', 'post', 'put', 'delete'] as const;

interface Route {
  readonly path: string;
  readonly operation: Operation;
}

const own = ({ path }: Route) => path.startsWith(`/${API_PREFIX}/`);
const takesBody = (route: Route) => own(route) && route.operation.requestBody !== undefined;
const asksModel = (route: Route) => takesBody(route) && /\/(explain|what-if|counterfactual)$/.test(route.path);

/** Answers that routes of the native API share, by what they have in common; what a route says itself goes first. */
const ANSWERS: readonly (readonly [status: number, description: string, given: (route: Route) => boolean])[] = [
  [400, 'Bad input: every problem is listed.', takesBody],
  [404, 'Unknown, such as a model or a version.', (route) => own(route) && route.path.includes('{')],
  [413, 'The body is larger than BODY_LIMIT.', takesBody],
  [415, 'The body is not of a type that is taken.', takesBody],
  [503, 'The model is not ready, or overloaded: see Retry-After.', asksModel],
  [504, 'The deadline has passed.', asksModel],
];

const REFUSALS = {
  401: 'No key, or one that is not known.',
  403: 'The key may not do this.',
  429: 'The quota of the key is used up: see RateLimit and Retry-After.',
} as const;

/** The probes answer everybody. */
const isOpen = (path: string) => path.startsWith('/health/') || path.startsWith('/v2/health/');

/**
 * Completes the answers of every route.
 *
 * @param refuses whether keys or tokens are required.
 */
export function withCommonAnswers(paths: OpenAPIObject['paths'], refuses: boolean): void {
  for (const [path, item] of Object.entries(paths)) {
    for (const operation of METHODS.flatMap((method) => item[method] ?? [])) {
      const route = { path, operation };
      const shared = ANSWERS.filter(([, , given]) => given(route)).map(([status, text]) => [status, text] as const);
      const answers: Answers = { ...problemResponses(Object.fromEntries(shared)), ...operation.responses };
      if (refuses && !isOpen(path)) Object.assign(answers, refusals(answers));
      operation.responses = answers as Operation['responses'];
    }
  }
}

/** Refusals have the body that the door gives all its errors. */
function refusals(answers: Answers): Answers {
  const body = answers[400] ?? answers[404];
  const described = Object.entries(REFUSALS);
  if (body === undefined) return problemResponses(REFUSALS);
  return Object.fromEntries(described.map(([status, description]) => [status, { ...body, description }]));
}
