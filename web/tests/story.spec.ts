// The story of a study, on the database that a data folder has by itself.
import { tell } from "./story/chapters.js";

tell("SQLite");
