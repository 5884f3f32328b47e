//! *Leave this page* (R18), as far as a browser without scripts can show it.

use tests::browser::Browser;
use tests::on_both;
use tests::scene::Scene;

on_both! {
    async fn r18_back_shows_nothing_after_leaving_until_somebody_goes_on(settings: Settings) {
        let scene = Scene::inviting(settings).await;
        let code = scene.service.invitation_code(&scene.bela.email).await;
        let invitation = format!("/invitations/{code}");
        let browser = Browser::of(&scene.amara).await;
        let pages = [invitation.as_str(), "/", "/sign-in", "/disputes", "/sign-up?next=/disputes"];
        assert!(browser.reads(&invitation).await.contains("Amara Sen"), "before, it is there");
        assert_eq!(browser.sends("/disputes", "/exit", &[]).await.status, 200);
        for path in pages {
            let page = browser.reads(path).await;
            for told in ["Concord", "Amara", "mediation", "Sign in", "password"] {
                assert!(!page.contains(told), "{path} tells `{told}`: {page}");
            }
            assert!(page.contains("href=\"/exit/return\""), "{path} leads on: {page}");
        }
        assert!(browser.reads("/exit/return").await.contains("Concord"));
        assert!(browser.reads(&invitation).await.contains("Amara Sen"));
    }
}
