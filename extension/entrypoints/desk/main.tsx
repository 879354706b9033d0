import "../../ui/theme.css";
import "./desk.css";
import { showPanel } from "../../ui/panel.tsx";
import { Desk } from "./desk.tsx";

showPanel(Desk);
