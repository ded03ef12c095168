// Signing in again without leaving the paper: the login opens in a tab of its own, this one waits and goes on.
// `url` is an address that only signed-in people see.
const AGAIN = 3000;

export async function signedIn(url) {
  const response = await fetch(url, { redirect: "manual", cache: "no-store" });
  return response.ok;
}

export async function askToSignIn(dialog, url) {
  dialog.showModal();
  await new Promise((resolve) => {
    const look = async () => {
      if (!(await signedIn(url).catch(() => false))) return;
      clearInterval(beat);
      window.removeEventListener("focus", look);
      resolve();
    };
    const beat = setInterval(look, AGAIN);
    window.addEventListener("focus", look);
  });
  dialog.close();
}

// Signing in gives the browser a new secret: forms that were on the page before must carry it.
export function renewForms(root) {
  const secret = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  if (!secret) return;
  for (const input of root.querySelectorAll("[name=csrfmiddlewaretoken]")) input.value = secret[1];
}
