// The same story on PostgreSQL. ATTUNE_STORY_POSTGRES is the address of an empty database; without one the tests
// say that they were skipped.
import { test } from "@playwright/test";
import { tell } from "./story/chapters.js";

const database = process.env.ATTUNE_STORY_POSTGRES ?? "";
test.skip(database === "", "no PostgreSQL: ATTUNE_STORY_POSTGRES names no database");

tell("PostgreSQL", database);
