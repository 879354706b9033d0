/**
 * The host of a page as a permission names it; nothing for pages that no extension enters. Patterns know no port.
 *
 * @example
 * originPattern("https://app.example/orders?id=7") // { host: "app.example", pattern: "https://app.example/*" }
 */
export function originPattern(url: string | undefined): { host: string; pattern: string } | undefined {
  if (!url || !URL.canParse(url)) return undefined;
  const { protocol, hostname, host } = new URL(url);
  if (protocol !== "https:" && protocol !== "http:") return undefined;
  return { host, pattern: `${protocol}//${hostname}/*` };
}
