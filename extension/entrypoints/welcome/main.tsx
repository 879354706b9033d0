import "../../ui/theme.css";
import { Welcome } from "../../features/welcome/panel.tsx";
import { showPanel } from "../../ui/panel.tsx";

showPanel(Welcome);
