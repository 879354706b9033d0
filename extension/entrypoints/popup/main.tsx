import "../../ui/theme.css";
import "./popup.css";
import { showPanel } from "../../ui/panel.tsx";
import { Popup } from "./popup.tsx";

showPanel(Popup);
