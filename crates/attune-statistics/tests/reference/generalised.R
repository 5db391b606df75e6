# Reference values for generalised models beyond the oracles: R's glm, MASS::glm.nb, and the Laplace
# approximation of the ordinal and of a negative binomial mixed model, maximised here with numDeriv
# (Richardson) derivatives because clmm and glmer.nb differentiate too coarsely for 1e-6.
# Run in tests/reference: Rscript generalised.R   (writes generalised.json)
library(MASS); library(numDeriv)
d <- "../oracles/data/"
num <- function(v) paste0("[", paste(sprintf("%.17g", v), collapse = ", "), "]")
out <- c()
add <- function(name, ...) {
  parts <- list(...)
  text <- paste0("\"", names(parts), "\": ", sapply(parts, num), collapse = ", ")
  out <<- c(out, paste0("  \"", name, "\": {", text, "}"))
}
of_glm <- function(name, m) {
  s <- summary(m)
  add(name, coefficients = coef(m), se = sqrt(diag(vcov(m))), log_likelihood = as.numeric(logLik(m)),
      deviance = deviance(m), df_residual = df.residual(m))
}
tight <- glm.control(epsilon = 1e-15, maxit = 100)
cbpp <- read.csv(paste0(d, "cbpp.csv")); cbpp$period <- factor(cbpp$period)
of_glm("cbpp_binomial", glm(cbind(incidence, size - incidence) ~ period, binomial, cbpp, control = tight))
ticks <- read.csv(paste0(d, "grouseticks.csv")); ticks$YEAR <- factor(ticks$YEAR)
ticks$effort <- 1 + (ticks$INDEX %% 5) / 4
of_glm("ticks_poisson_offset", glm(TICKS ~ YEAR + cHEIGHT + offset(log(effort)), poisson, ticks, control = tight))

# Negative binomial: joint maximum over coefficients and log(size), joint observed information.
X <- model.matrix(~ YEAR + cHEIGHT, ticks)
polish <- function(f, start) {
  for (i in 1:8) { H <- hessian(f, start); start <- start - solve(H, grad(f, start)) }
  list(par = start, H = hessian(f, start), value = f(start))
}
nb <- function(p) -sum(dnbinom(ticks$TICKS, size = exp(p[5]), mu = exp(drop(X %*% p[1:4])), log = TRUE))
m <- glm.nb(TICKS ~ YEAR + cHEIGHT, ticks, control = glm.control(maxit = 200, epsilon = 1e-12))
o <- polish(nb, c(coef(m), log(m$theta)))
add("ticks_negative_binomial", coefficients = o$par[1:4], size = exp(o$par[5]), se = sqrt(diag(solve(o$H)))[1:4],
    log_likelihood = -o$value, deviance = deviance(m), glm_nb_size = m$theta, glm_nb_log_likelihood = as.numeric(logLik(m)))

# Laplace with one random intercept: minus twice would do, but the plain log-likelihood reads better.
# g(u, rows) is the log-density of the rows of a group at its standardised effect.
laplace <- function(groups, density, first, second) {
  total <- 0
  for (rows in groups) {
    u <- 0
    for (i in 1:200) {
      step <- (first(u, rows) - u) / (1 - second(u, rows))
      size <- 1
      old <- density(u, rows) - u^2 / 2
      while (density(u + size * step, rows) - (u + size * step)^2 / 2 < old - 1e-9) size <- size / 2
      u <- u + size * step
      if (abs(step) < 1e-14) break
    }
    total <- total + density(u, rows) - u^2 / 2 - log(1 - second(u, rows)) / 2
  }
  total
}
nb_mixed <- function(p) {
  eta <- drop(X %*% p[1:4]); k <- exp(p[5]); s <- p[6]; y <- ticks$TICKS
  -laplace(split(seq_along(y), ticks$BROOD),
    function(u, r) sum(dnbinom(y[r], size = k, mu = exp(eta[r] + s * u), log = TRUE)),
    function(u, r) { mu <- exp(eta[r] + s * u); s * sum(k * (y[r] - mu) / (k + mu)) },
    function(u, r) { mu <- exp(eta[r] + s * u); -s^2 * sum(k * (k + y[r]) * mu / (k + mu)^2) })
}
o <- optim(c(0.5, 1.1, -1, -0.024, 1, 0.9), nb_mixed, method = "BFGS", control = list(reltol = 1e-12, maxit = 200, parscale = c(1, 1, 1, .01, 1, 1)))
o <- polish(nb_mixed, o$par)
add("ticks_negative_binomial_brood", coefficients = o$par[1:4], size = exp(o$par[5]), sd = abs(o$par[6]),
    se = sqrt(diag(solve(o$H)))[1:4], log_likelihood = -o$value)

wine <- read.csv(paste0(d, "wine.csv"))
W <- cbind(wine$temp == "warm", wine$contact == "yes") + 0; y <- wine$rating
ordinal <- function(p) {
  tau <- c(-Inf, p[1:4], Inf); eta <- drop(W %*% p[5:6]); s <- p[7]
  -laplace(split(seq_along(y), wine$judge),
    function(u, r) { e <- eta[r] + s * u; sum(log(plogis(tau[y[r] + 1] - e) - plogis(tau[y[r]] - e))) },
    function(u, r) { e <- eta[r] + s * u; s * sum(plogis(tau[y[r] + 1] - e) + plogis(tau[y[r]] - e) - 1) },
    function(u, r) { e <- eta[r] + s * u; -s^2 * sum(dlogis(tau[y[r] + 1] - e) + dlogis(tau[y[r]] - e)) })
}
o <- polish(ordinal, c(-1.6237, 1.5134, 4.2285, 6.0888, 3.063, 1.8349, 1.1311))
add("wine_clmm", coefficients = o$par[1:6], sd = abs(o$par[7]), se = sqrt(diag(solve(o$H)))[1:6], log_likelihood = -o$value)
writeLines(c("{", paste0("  \"versions\": \"R ", getRversion(), ", MASS ", packageVersion("MASS"), ", numDeriv ", packageVersion("numDeriv"), "\","),
             paste(out, collapse = ",\n"), "}"), "generalised.json")
