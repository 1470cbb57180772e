// Sends one personal message to each address with nodemailer's pool, as its documentation shows it.
// usage: NODE_PATH=… node nodemailer_pool.js FOLDER PORT PEOPLE CONNECTIONS
// FOLDER holds page.html and page.txt with the marks {name} and {leave}.
const { readFileSync } = require("node:fs");
const nodemailer = require("nodemailer");

const [folder, port, people, connections] = process.argv.slice(2);
const [html, text] = ["html", "txt"].map((kind) => readFileSync(`${folder}/page.${kind}`, "utf8"));
const pool = nodemailer.createTransport({
  pool: true,
  host: "127.0.0.1",
  port: Number(port),
  secure: false,
  ignoreTLS: true,
  name: "example.org",
  maxConnections: Number(connections),
  maxMessages: Number.POSITIVE_INFINITY,
});

let next = 0;
async function sendInTurn() {
  while (next < Number(people)) {
    const number = next;
    next += 1;
    const leave = `https://news.example.org/u/${String(number).padStart(45, "a")}`;
    const fill = (page) => page.replaceAll("{name}", `Réader ${number}`).replaceAll("{leave}", leave);
    await pool.sendMail({
      from: "LMS News <news@example.org>",
      to: `user${number}@example.net`,
      subject: "What is new in November",
      text: fill(text),
      html: fill(html),
      list: { unsubscribe: leave },
    });
  }
}

// twice as many wait as there are connections, so that none of these is ever idle
Promise.all(Array.from({ length: 2 * Number(connections) }, sendInTurn)).then(() => pool.close());
