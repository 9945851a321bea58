/** The page that asks for a name and a password. */
import { type Html, html } from '../html.ts'
import { layout } from './layout.ts'

export interface SignInForm {
  readonly csrf: string
  /** Where to go afterwards, on this console. */
  readonly next: string
  readonly user?: string
  readonly error?: string
}

export function signInPage(form: SignInForm): Html {
  return layout({
    title: 'Sign in',
    viewer: undefined,
    body: html`<section class="narrow">
<h1>Sign in</h1>
${form.error !== undefined && html`<p class="error" role="alert">${form.error}</p>`}
<form class="stack" method="post" action="/sign-in">
  <input type="hidden" name="csrf" value="${form.csrf}">
  <input type="hidden" name="next" value="${form.next}">
  <label>User
    <input name="user" value="${form.user}" autocomplete="username" autocapitalize="none" spellcheck="false" maxlength="200" required>
  </label>
  <label>Password
    <input name="password" type="password" autocomplete="current-password" maxlength="1000" required>
  </label>
  <button class="primary">Sign in</button>
</form>
<p class="note">The same name and password as for your database client.</p>
</section>`,
  })
}
