// What the pages ask of the hub: one call, one sentence when it fails.
async function hubCall(method, path) {
  const answer = await fetch(window.jhdata.base_url + "api/" + path, {
    method,
    headers: { "X-XSRFToken": window.jhdata.xsrf_token },
    credentials: "same-origin"
  }).catch(() => null);
  if (answer === null) throw new Error("The hub cannot be reached. Check the connection and try again.");
  if (answer.ok) return answer;
  const body = await answer.json().catch(() => ({}));
  throw new Error(body.message || "The hub refused this (" + answer.status + "). Reload the page and try again.");
}
function say(id, text) {
  const place = document.getElementById(id);
  place.textContent = text;
  place.hidden = !text;
}
