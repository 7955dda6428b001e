"""The Spring application of the tests: the classes of docs/integrate-an-extranet.md, and pages to see what they do."""

from __future__ import annotations

from collections.abc import Mapping

from tests.system.integration_page import block

_PACKAGE = "src/main/java/invalid/partenaire"
_IMPORTS = """package invalid.partenaire;

import java.time.Duration;
import java.util.List;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.annotation.Order;
import org.springframework.security.config.Customizer;
import org.springframework.security.config.annotation.web.builders.HttpSecurity;
import org.springframework.security.config.annotation.web.configuration.EnableWebSecurity;
import org.springframework.security.config.http.SessionCreationPolicy;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserRequest;
import org.springframework.security.oauth2.client.oidc.userinfo.OidcUserService;
import org.springframework.security.oauth2.client.oidc.web.logout.OidcClientInitiatedLogoutSuccessHandler;
import org.springframework.security.oauth2.client.registration.ClientRegistrationRepository;
import org.springframework.security.oauth2.client.web.DefaultOAuth2AuthorizationRequestResolver;
import org.springframework.security.oauth2.client.web.OAuth2AuthorizationRequestCustomizers;
import org.springframework.security.oauth2.core.DelegatingOAuth2TokenValidator;
import org.springframework.security.oauth2.core.OAuth2AuthenticationException;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jose.jws.SignatureAlgorithm;
import org.springframework.security.oauth2.jwt.JwtClaimValidator;
import org.springframework.security.oauth2.jwt.JwtDecoder;
import org.springframework.security.oauth2.jwt.JwtIssuerValidator;
import org.springframework.security.oauth2.jwt.JwtTimestampValidator;
import org.springframework.security.oauth2.jwt.JwtTypeValidator;
import org.springframework.security.oauth2.jwt.NimbusJwtDecoder;
import org.springframework.security.web.SecurityFilterChain;
import org.springframework.security.web.session.HttpSessionEventPublisher;

"""
_PAGES = """package invalid.partenaire;

import java.util.Map;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.security.core.annotation.AuthenticationPrincipal;
import org.springframework.security.oauth2.client.OAuth2AuthorizedClient;
import org.springframework.security.oauth2.client.annotation.RegisteredOAuth2AuthorizedClient;
import org.springframework.security.oauth2.core.oidc.user.OidcUser;
import org.springframework.security.oauth2.jwt.Jwt;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.RestController;

@SpringBootApplication
@RestController
public class Pages {
    public static void main(String[] arguments) {
        SpringApplication.run(Pages.class, arguments);
    }

    @GetMapping("/")
    Map<String, Object> home(@AuthenticationPrincipal OidcUser person,
            @RegisteredOAuth2AuthorizedClient("partenaire") OAuth2AuthorizedClient client) {
        return Map.of("name", person.getFullName(), "token", client.getAccessToken().getTokenValue());
    }

    @GetMapping(value = "/quitter", produces = "text/html")
    String leave(org.springframework.security.web.csrf.CsrfToken token) {
        return "<form method=post action=/logout><input type=hidden name=_csrf value='" + token.getToken()
                + "'><button id=leave>DECONNEXION</button></form>";
    }

    @GetMapping("/deconnecte")
    String left() {
        return "Vous avez quitte cet extranet.";
    }

    @GetMapping("/refuse")
    String refused() {
        return "Acces refuse. Demandez a votre administrateur.";
    }

    @GetMapping("/api/droits")
    Map<String, Object> rights(@AuthenticationPrincipal Jwt token) {
        return Map.of("sub", token.getSubject(), "rights", token.getClaim("authorization_details"));
    }
}
"""


def sources(addresses: Mapping[str, str]) -> dict[str, str]:
    """Files by their path in the Maven project."""
    return {
        f"{_PACKAGE}/Pages.java": _PAGES,
        f"{_PACKAGE}/SignIn.java": _IMPORTS + block("Spring Security", "java", addresses),
        f"{_PACKAGE}/Calls.java": _IMPORTS + block("Spring Security (resource server)", "java", addresses),
        "src/main/resources/application.yml": block("Spring Security", "yaml", addresses),
    }
