interface SiteScript extends Pick<chrome.scripting.RegisteredContentScript, "id" | "runAt" | "world"> {
  readonly js: string;
}

/** Two before any script of the page, which waits for them; the large one once the page has been read. */
const door: SiteScript = { id: "a-door", js: "door.js", runAt: "document_start" };
const inpage: SiteScript = { id: "b-inpage", js: "inpage.js", runAt: "document_start", world: "MAIN" };
const bridge: SiteScript = { id: "c-bridge", js: "bridge.js", runAt: "document_end" };
const all = [door, inpage, bridge];

/**
 * The switch of a site is its host permission, and nothing else: our scripts are registered for exactly the
 * hosts that the user has granted. The ids are in the order in which they run.
 */
export async function syncSiteScripts(api: typeof chrome): Promise<void> {
  const { origins = [] } = await api.permissions.getAll();
  const matches = origins.filter(isWeb).sort();
  const known = (await api.scripting.getRegisteredContentScripts()).map(({ id }) => id);
  const scripts = matches.length === 0 ? [] : all.map(script => toRegistered(script, matches));
  const areSame = known.length > 0 && known.sort().join() === scripts.map(({ id }) => id).join();
  if (areSame) return await api.scripting.updateContentScripts(scripts);
  // None any more, or those of an earlier version.
  if (known.length > 0) await api.scripting.unregisterContentScripts({ ids: known });
  if (scripts.length > 0) await api.scripting.registerContentScripts(scripts);
}

function toRegistered(
  { js, ...script }: SiteScript,
  matches: string[],
): chrome.scripting.RegisteredContentScript {
  return { ...script, js: [js], matches, allFrames: true, persistAcrossSessions: true };
}

/**
 * A site that was just switched on is open already: its people are marked at once. `window.etherlynk` comes with the
 * next load, for it has to be there before the page's own scripts.
 */
export async function enterOpenPages(api: typeof chrome, origins: readonly string[]): Promise<void> {
  const tabs = await api.tabs.query({ url: origins.filter(isWeb) });
  const files = [bridge.js];
  const entering = tabs.map(async ({ id }) => {
    if (id !== undefined)
      await api.scripting.executeScript({ target: { tabId: id, allFrames: true }, files });
  });
  // A tab that cannot be entered (an error page, one that is just closing) is none of the others' concern.
  await Promise.allSettled(entering);
}

/** Permissions may hold the extension's own scheme, files and the like. */
function isWeb(origin: string): boolean {
  return /^(\*|https?):\/\//.test(origin) || origin === "<all_urls>";
}
