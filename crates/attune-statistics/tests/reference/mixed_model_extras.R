# Reference values for what linear mixed models can do beyond the oracles: prior weights and offsets, residual
# standard deviations by arm, partially nested designs, intraclass correlations, influence of a group.
# lme4 and nlme stop too early for many digits; where df or estimates are compared closely, the likelihood is
# written here in dense matrices, maximised to the last digits, and differentiated by Richardson extrapolation.
# Run in tests/reference: OPENBLAS_NUM_THREADS=1 Rscript mixed_model_extras.R   (writes partially_nested.csv
# and mixed_model_extras.json)
library(lme4); library(lmerTest); library(nlme); library(numDeriv); library(jsonlite)
d <- "../oracles/data/"
out <- list(versions = paste0("R ", getRversion(), ", lme4 ", packageVersion("lme4"), ", lmerTest ", packageVersion("lmerTest"),
                              ", nlme ", packageVersion("nlme"), ", numDeriv ", packageVersion("numDeriv")))

# --- a dense likelihood --------------------------------------------------------------------------------------
# psi: standard deviations and the like, as `V(psi)` takes them; the residual scale is among them.
dense <- function(y, X, V, psi, REML) {
  n <- length(y); p <- ncol(X)
  at <- function(psi) {
    R <- chol(V(psi)); Xs <- backsolve(R, X, transpose = TRUE); ys <- backsolve(R, y, transpose = TRUE)
    A <- crossprod(Xs); b <- solve(A, crossprod(Xs, ys)); r2 <- sum((ys - Xs %*% b)^2)
    dev <- 2 * sum(log(diag(R))) + r2 + (n - if (REML) p else 0) * log(2 * pi)
    if (REML) dev <- dev + as.numeric(determinant(A)$modulus)
    list(dev = dev, b = drop(b), vcov = solve(A))
  }
  f <- function(psi) at(psi)$dev
  args <- list(eps = 1e-2, d = 1e-2, r = 6)
  psi <- nlminb(psi, f, control = list(iter.max = 500, eval.max = 1000))$par
  for (it in 1:40) {
    g <- grad(f, psi, method.args = args); H <- hessian(f, psi, method.args = args)
    step <- -solve(H, g); while (f(psi + step) > f(psi) + 1e-9) step <- step / 2
    psi <- psi + step
    if (max(abs(step / psi)) < 1e-11) break
  }
  H <- hessian(f, psi, method.args = args); end <- at(psi)
  stopifnot(eigen(H, symmetric = TRUE)$values > 0)
  A <- 2 * solve(H)
  df <- sapply(seq_len(p), function(j) {
    g <- grad(function(s) at(s)$vcov[j, j], psi, method.args = args)
    2 * end$vcov[j, j]^2 / drop(t(g) %*% A %*% g)
  })
  list(psi = psi, coefficients = unname(end$b), se = unname(sqrt(diag(end$vcov))), df = df, log_likelihood = -end$dev / 2)
}
groups <- function(g) outer(g, g, "==") * 1

# --- weights and offset --------------------------------------------------------------------------------------
early <- read.csv(paste0(d, "early.csv")); early$w <- 1 + (seq_len(nrow(early)) %% 4) / 2
id <- groups(early$id); X <- model.matrix(~ tos * trt, early)
for (REML in c(TRUE, FALSE)) {
  m <- dense(early$cog - 3 * early$age, X, function(s) s[1]^2 * id + diag(s[2]^2 / early$w), c(9, 9), REML)
  l <- lmer(cog ~ tos * trt + offset(3 * age) + (1 | id), early, weights = w, REML = REML)
  m$lme4_log_likelihood <- as.numeric(logLik(l)); m$lme4_fitted <- head(unname(fitted(l)), 5)
  m$lme4_scaled_residuals <- head(unname(resid(l, type = "pearson", scaled = TRUE)), 5)
  m$lme4_modes <- as.list(setNames(head(ranef(l)$id[[1]], 5), head(rownames(ranef(l)$id), 5)))
  out[[if (REML) "early_weighted_reml" else "early_weighted_ml"]] <- m
}
m <- lm(cog ~ tos * trt + offset(3 * age), early, weights = w); s <- summary(m)
out$early_weighted_lm <- list(coefficients = unname(coef(m)), se = unname(s$coefficients[, 2]), sigma = s$sigma,
  r_squared = s$r.squared, adjusted_r_squared = s$adj.r.squared, log_likelihood = as.numeric(logLik(m)), aic = AIC(m),
  residuals = head(unname(resid(m)), 5), standardised = head(unname(rstandard(m)), 5), cooks = head(unname(cooks.distance(m)), 5))

# --- residual standard deviation by arm ----------------------------------------------------------------------
ortho <- read.csv(paste0(d, "orthodont.csv")); ortho$Sex <- factor(ortho$Sex, levels = c("Male", "Female"))
sub <- groups(ortho$Subject); X <- model.matrix(~ age * Sex, ortho); female <- ortho$Sex == "Female"
tight <- lmeControl(tolerance = 1e-12, msTol = 1e-14, maxIter = 500, msMaxIter = 500, msMaxEval = 2000, niterEM = 0, opt = "nlminb")
for (REML in c(TRUE, FALSE)) {
  method <- if (REML) "REML" else "ML"; name <- tolower(method)
  m <- dense(ortho$distance, X, function(s) s[1]^2 * sub + diag(ifelse(female, s[3], s[2])^2), c(1.8, 1.6, 0.8), REML)
  l <- lme(distance ~ age * Sex, ortho, random = ~ 1 | Subject, weights = varIdent(form = ~ 1 | Sex), method = method, control = tight)
  m$nlme_log_likelihood <- as.numeric(logLik(l)); m$nlme_aic <- AIC(l)
  l0 <- update(l, weights = NULL); m$nlme_log_likelihood_homoscedastic <- as.numeric(logLik(l0))
  out[[paste0("orthodont_by_sex_", name)]] <- m
  m <- dense(ortho$distance, X, function(s) diag(ifelse(female, s[2], s[1])^2), c(2, 2), REML)
  g <- gls(distance ~ age * Sex, ortho, weights = varIdent(form = ~ 1 | Sex), method = method,
           control = glsControl(tolerance = 1e-12, msTol = 1e-14))
  m$nlme_log_likelihood <- as.numeric(logLik(g))
  out[[paste0("orthodont_gls_", name)]] <- m
}
# Random slope, and strata that change within the subject.
young <- ortho$age < 11
L <- function(s) matrix(c(s[1], s[2], 0, s[3]), 2); Z <- cbind(1, ortho$age - 11)
m <- dense(ortho$distance, X, function(s) (Z %*% tcrossprod(L(s)) %*% t(Z)) * sub + diag(ifelse(young, s[4], s[5])^2),
           c(1.8, 0.05, 0.15, 1.5, 1.1), TRUE)
l <- lme(distance ~ age * Sex, transform(ortho, young = factor(young, levels = c("TRUE", "FALSE"))), random = ~ age | Subject,
         weights = varIdent(form = ~ 1 | young), control = lmeControl(opt = "optim", msMaxIter = 500, tolerance = 1e-10))
m$nlme_log_likelihood <- as.numeric(logLik(l)); out$orthodont_slope_by_age_reml <- m

# --- partially nested: groups in the programme arm only ------------------------------------------------------
set.seed(20190312)
sizes <- c(5, 7, 6, 8, 4, 6, 7, 5); k <- sum(sizes)
pn <- data.frame(arm = rep(c("usual", "groups"), c(45, k)), group = c(paste0("single", 1:45), rep(paste0("g", 1:8), sizes)))
pn$inGroup <- (pn$arm == "groups") * 1
pn$severity <- round(rnorm(nrow(pn), 12, 4), 1)
u <- rnorm(8, 0, 2.2)
pn$score <- round(30 + 0.6 * pn$severity - 3 * pn$inGroup + c(rep(0, 45), rep(u, sizes)) + rnorm(nrow(pn), 0, ifelse(pn$inGroup == 1, 3.2, 5)), 1)
write.csv(pn, "partially_nested.csv", row.names = FALSE, quote = FALSE)
pn <- read.csv("partially_nested.csv"); pn$arm <- factor(pn$arm, levels = c("usual", "groups"))
gr <- groups(pn$group) * outer(pn$inGroup, pn$inGroup); X <- model.matrix(~ severity + arm, pn)
for (REML in c(TRUE, FALSE)) {
  method <- if (REML) "REML" else "ML"; name <- tolower(method)
  m <- dense(pn$score, X, function(s) s[1]^2 * gr + diag(ifelse(pn$inGroup == 1, s[3], s[2])^2), c(2, 5, 3.2), REML)
  l <- lme(score ~ severity + arm, pn, random = ~ 0 + inGroup | group, weights = varIdent(form = ~ 1 | arm), method = method, control = tight)
  m$nlme_log_likelihood <- as.numeric(logLik(l))
  h <- dense(pn$score, X, function(s) s[1]^2 * gr + diag(s[2]^2, nrow(pn)), c(2, 4), REML)
  m$log_likelihood_homoscedastic <- h$log_likelihood
  out[[paste0("partially_nested_", name)]] <- m
}

# --- intraclass correlation ----------------------------------------------------------------------------------
machines <- read.csv(paste0(d, "machines.csv")); machines$Worker <- factor(machines$Worker)
a <- anova(aov(score ~ Worker, machines)); F <- a$`F value`[1]; v1 <- a$Df[1]; v2 <- a$Df[2]; n <- 9
lo <- F / qf(0.975, v1, v2); hi <- F * qf(0.975, v2, v1)
out$machines_icc_exact <- list(estimate = (F - 1) / (F + n - 1), lower = (lo - 1) / (lo + n - 1), upper = (hi - 1) / (hi + n - 1))
W <- groups(machines$Worker)
icc <- function(REML) {
  y <- machines$score; X <- matrix(1, length(y), 1); N <- length(y)
  prof <- function(r) { V <- r * W + diag(1 - r, N); R <- chol(V); xs <- backsolve(R, X, transpose = TRUE); ys <- backsolve(R, y, transpose = TRUE)
    b <- sum(xs * ys) / sum(xs^2); r2 <- sum((ys - xs * b)^2); k <- N - if (REML) 1 else 0
    2 * sum(log(diag(R))) + k * log(r2 / k) + if (REML) log(sum(xs^2)) else 0 }
  o <- optimize(prof, c(0, 0.99), tol = 1e-10); g <- function(r) prof(r) - o$objective - qchisq(0.95, 1)
  list(estimate = o$minimum, lower = if (g(0) < 0) 0 else uniroot(g, c(0, o$minimum), tol = 1e-14)$root, upper = uniroot(g, c(o$minimum, 0.9999), tol = 1e-14)$root)
}
out$machines_icc_profile_reml <- icc(TRUE); out$machines_icc_profile_ml <- icc(FALSE)
early_icc <- local({
  X <- model.matrix(~ tos * trt, early); y <- early$cog; N <- nrow(early)
  prof <- function(r) { R <- chol(r * id + diag(1 - r, N)); xs <- backsolve(R, X, transpose = TRUE); ys <- backsolve(R, y, transpose = TRUE)
    A <- crossprod(xs); b <- solve(A, crossprod(xs, ys)); r2 <- sum((ys - xs %*% b)^2); k <- N - 4
    2 * sum(log(diag(R))) + k * log(r2 / k) + as.numeric(determinant(A)$modulus) }
  o <- optimize(prof, c(0, 0.99), tol = 1e-10); g <- function(r) prof(r) - o$objective - qchisq(0.95, 1)
  list(estimate = o$minimum, lower = uniroot(g, c(0, o$minimum), tol = 1e-14)$root, upper = uniroot(g, c(o$minimum, 0.9999), tol = 1e-14)$root)
})
out$early_icc_profile_reml <- early_icc

# --- influence of a child, the variance components held ------------------------------------------------------
m <- dense(early$cog, model.matrix(~ tos * trt, early), function(s) s[1]^2 * id + diag(s[2]^2, nrow(early)), c(9, 9), TRUE)
V <- m$psi[1]^2 * id + diag(m$psi[2]^2, nrow(early)); X <- model.matrix(~ tos * trt, early)
A <- t(X) %*% solve(V, X); ids <- sort(unique(early$id))
rows <- lapply(head(ids, 6), function(i) {
  k <- early$id != i; Vk <- V[k, k]; Xk <- X[k, ]; Ak <- t(Xk) %*% solve(Vk, Xk); b <- solve(Ak, t(Xk) %*% solve(Vk, early$cog[k]))
  dlt <- drop(b - m$coefficients); p <- 4
  list(level = as.character(i), coefficients = drop(unname(b)), cooks_distance = sum(dlt * (A %*% dlt)) / p, mdffits = sum(dlt * (Ak %*% dlt)) / p,
       covratio = det(solve(Ak)) / det(solve(A)))
})
out$early_influence <- rows
writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE, pretty = TRUE), "mixed_model_extras.json")
