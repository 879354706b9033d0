/** Firefox's API is `browser`, where promises are sure; Chrome's is `chrome`, and lately both. */
export const api: typeof chrome = (globalThis as { browser?: typeof chrome }).browser ?? chrome;
