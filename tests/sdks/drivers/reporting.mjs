// Runs the scenarios of a driver, one after the other, and prints one JSON object: for each what it
// returned, or the exception that ended it.
export async function printReport(scenarios) {
  const report = {};
  for (const [name, scenario] of Object.entries(scenarios)) {
    try {
      report[name] = { value: await scenario() };
    } catch (error) {
      report[name] = {
        exception: error.constructor.name,
        status: error.status,
        message: String(error.message ?? error),
      };
    }
  }
  process.stdout.write(JSON.stringify(report, null, 1));
}
