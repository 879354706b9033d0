import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { api } from "../../platform.ts";
import type { PanelProps } from "../../ui/panel.tsx";
import { originPattern } from "./model.ts";
import "../../ui/switch.css";
import "./site-switch.css";

interface Site {
  readonly host: string;
  readonly pattern: string;
  readonly isOn: boolean;
}

/** Whether Etherlynk works in the page that the popup was opened over. The permission is the switch. */
export function SiteSwitch({ run }: PanelProps): JSX.Element | null {
  const [site, show] = useState<Site>();
  useEffect(() => run(async () => show(await readSite())), []);
  if (!site) return null;
  const turn = async () => {
    const wish = { origins: [site.pattern] };
    // The very first thing after the click: the browser asks only then.
    if (site.isOn) await api.permissions.remove(wish);
    else await api.permissions.request(wish);
    show(await readSite());
  };
  return (
    <footer class="site row">
      <div class="grow">
        <div class="cut">{site.host}</div>
        <div class="soft">
          {site.isOn ? "People on this page can be called" : "Etherlynk is off on this page"}
        </div>
      </div>
      <button
        type="button"
        role="switch"
        class="switch"
        aria-checked={site.isOn}
        aria-label={`Etherlynk on ${site.host}`}
        onClick={() => run(turn)}
      />
    </footer>
  );
}

async function readSite(): Promise<Site | undefined> {
  const [tab] = await api.tabs.query({ active: true, currentWindow: true });
  const site = originPattern(tab?.url);
  if (!site) return undefined;
  return { ...site, isOn: await api.permissions.contains({ origins: [site.pattern] }) };
}
