import type { Ask } from "../../protocol/bus/contract.ts";
import type { Plain } from "../../protocol/bus/plain.ts";

declare module "../../protocol/bus/contract.ts" {
  interface Asks {
    "worker.phone.wake": Ask<null, null>;
    "worker.window.open": Ask<WindowWish, { readonly window: number }>;
    /** False where it has been closed meanwhile. */
    "worker.window.focus": Ask<{ readonly window: number }, { readonly focused: boolean }>;
    "worker.notice.show": Ask<Notice, null>;
    "worker.notice.clear": Ask<{ readonly id: string }, null>;
    /** An empty text takes the badge away. */
    "worker.badge.show": Ask<{ readonly text: string }, null>;
    /** False where the page is gone. */
    "worker.page.tell": Ask<PageTelling, { readonly heard: boolean }>;
    /** Restarts the extension, updated. */
    "worker.update.apply": Ask<null, null>;
  }
  interface Tells {
    "worker.notice.clicked": { readonly id: string; readonly choice: NoticeChoice };
    "worker.window.closed": { readonly window: number };
    /** A new version is there, and waits for the phone to say that no call is on. */
    "worker.update.waiting": { readonly version: string };
  }
}

/** `call.html?call=…` in a window of its own, or the desk or the welcome page in a tab. */
export type WindowWish =
  | { readonly page: "call"; readonly call: string }
  | { readonly page: "desk" | "welcome" };

export interface Notice {
  /** The call's id: the same notice again replaces it. */
  readonly id: string;
  readonly title: string;
  readonly message: string;
  /** With answer and decline, staying until somebody chooses. */
  readonly isRinging: boolean;
}

/** `open`: the notice itself was clicked. Firefox's notices have no buttons. */
export type NoticeChoice = "answer" | "decline" | "open";

export interface PageTelling {
  readonly tab: number;
  readonly frame: number;
  readonly document?: string;
  readonly name: "page.call.changed" | "page.presence.changed";
  readonly body: Plain;
}
