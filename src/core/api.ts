/** Where the native API begins. Other protocols have prefixes of their own. */
export const API_PREFIX = 'api/v1';
/** The version of the native API, as `GET /api/v1/health` reports it. */
export const API_VERSION = '1.0.0';
