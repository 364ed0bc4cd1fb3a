import type { RequestHandler } from 'express';
import helmet from 'helmet';

/** Answers for programs, which no browser shows as a page: headers for pages would only make them longer. */
const DATA = /^\/(api|v1|v2|health|metrics)(\/|$)/i;
const DOCS = /^\/docs(\/|$)/;

const SELF = ["'self'"];
const STRICT = {
  defaultSrc: ["'none'"],
  scriptSrc: SELF,
  styleSrc: SELF,
  connectSrc: SELF,
  imgSrc: [...SELF, 'data:'],
  fontSrc: SELF,
  baseUri: ["'none'"],
  formAction: ["'none'"],
  frameAncestors: ["'none'"],
};

const headersFor = (directives: Record<string, string[]>): RequestHandler =>
  helmet({
    contentSecurityPolicy: { useDefaults: false, directives },
    // Whether there is TLS in front is not known here.
    strictTransportSecurity: false,
  });

/** The headers that keep a page to itself: nothing from elsewhere, nothing inline, in nobody's frame. */
export function pageHeaders(): RequestHandler {
  const strict = headersFor(STRICT);
  // Swagger UI sets styles as it goes.
  const docs = headersFor({ ...STRICT, styleSrc: [...SELF, "'unsafe-inline'"] });
  return (request, response, next) => {
    if (DATA.test(request.path)) next();
    else (DOCS.test(request.path) ? docs : strict)(request, response, next);
  };
}
