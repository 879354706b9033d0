import "../../ui/theme.css";
import type { JSX } from "preact";
import { CallWindow } from "../../features/call-window/panel.tsx";
import { Empty, type PanelProps, showPanel } from "../../ui/panel.tsx";

const id = new URLSearchParams(location.search).get("call");

showPanel(CallOfThisWindow);

function CallOfThisWindow(props: PanelProps): JSX.Element {
  const call = props.snapshot.calls.find(each => each.id === id);
  if (!call) return <Empty>This call is over.</Empty>;
  return <CallWindow {...props} call={call} media={undefined} />;
}
