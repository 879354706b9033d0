import "../../ui/theme.css";
import { ConnectWallet } from "../../features/account/connect-wallet.tsx";
import { HomeChoice } from "../../features/account/home-choice.tsx";
import { Welcome } from "../../features/welcome/panel.tsx";
import { showPanel } from "../../ui/panel.tsx";

showPanel(props => (
  <Welcome {...props} connect={<ConnectWallet {...props} />} advanced={<HomeChoice {...props} />} />
));
