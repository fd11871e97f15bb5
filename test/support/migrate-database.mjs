// Migrates a database: `node migrate-database.mjs <database> <migrations as JSON>`; made to be killed.
import Database from "better-sqlite3";
import { migrate } from "../../dist/stores/sqlite/migrate.js";

const [file, migrations] = process.argv.slice(2);
migrate(new Database(file), JSON.parse(migrations));
