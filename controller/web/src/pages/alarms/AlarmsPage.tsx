/** The alarms: a list to work off, or a review to look through; one place for both. */
import { route } from "../place";
import { Review } from "../review/Review";
import { Alarms } from "./Alarms";

export const AlarmsPage = () => (route.value.query["view"] === "review" ? <Review /> : <Alarms />);
