/** Something that went wrong, with a message for people. */
export class PageError extends Error {}
