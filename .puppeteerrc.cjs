// Tests use an installed Chrome or Chromium; puppeteer must not download one of its own.
module.exports = { skipDownload: true };
