/** Korean names of what is seen, and of where. */
const classes: Record<string, string> = {
  person: "사람",
  helmet: "안전모",
  hardhat: "안전모",
  vest: "안전조끼",
  mask: "마스크",
  harness: "안전대",
  forklift: "지게차",
  vehicle: "차량",
  car: "승용차",
  truck: "트럭",
  bicycle: "자전거",
};
export const className = (name: string): string => classes[name] ?? name;
export const list = (names: readonly string[]): string => names.map(className).join(", ");
export const zone = (name: string | null): string => (name ? `‘${name}’ 구역` : "화면 전체");
