/** The body of an answer without the name of the prediction, which no other has. */
export const withoutId = (text: string): string => text.replace(/"id":"[0-9a-f-]{36}",/, '');
