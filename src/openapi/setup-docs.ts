import type { NestExpressApplication } from '@nestjs/platform-express';
import { SwaggerModule } from '@nestjs/swagger';
import { API_PREFIX } from '../core/api.js';
import { OpenApiService } from './openapi.service.js';

export const DOCS_PATH = 'docs';
export const OPENAPI_PATH = `${API_PREFIX}/openapi.json`;

/** Serves the document, and Swagger UI from this process's own files: the page asks nothing of the outside. */
export function setupDocs(app: NestExpressApplication): void {
  const service = app.get(OpenApiService);
  const current = () => service.document(app);
  SwaggerModule.setup(DOCS_PATH, app, current, {
    raw: ['json'],
    jsonDocumentUrl: OPENAPI_PATH,
    customSiteTitle: 'API documentation',
    // NOTE: Swagger keeps the first document that it was given; models come and go.
    patchDocumentOnRequest: current,
    swaggerOptions: {
      tryItOutEnabled: true,
      tagsSorter: 'alpha',
      displayRequestDuration: true,
      validatorUrl: null,
    },
  });
}
