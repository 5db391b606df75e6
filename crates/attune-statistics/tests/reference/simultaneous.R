# Simultaneous inference: studentised range, multivariate t, and adjusted contrasts of marginal means.
# Run in tests/reference: OPENBLAS_NUM_THREADS=1 Rscript simultaneous.R   (writes simultaneous.json)
library(emmeans); library(multcomp); library(mvtnorm); library(lme4); library(lmerTest); library(jsonlite)
d <- "../oracles/data/"
v <- function(p) as.character(packageVersion(p))
out <- list(versions = paste0("R ", getRversion(), ", emmeans ", v("emmeans"), ", multcomp ", v("multcomp"), ", mvtnorm ", v("mvtnorm"),
                              ", lme4 ", v("lme4"), ", lmerTest ", v("lmerTest"), ", pbkrtest ", v("pbkrtest")))

grid <- expand.grid(q = c(0.5, 2, 3.5, 5, 8), k = c(2, 3, 6, 20), df = c(2, 4.5, 10, 63.2, 1000, Inf))
out$ptukey <- data.frame(grid, p = mapply(function(q, k, df) ptukey(q, k, df, lower.tail = FALSE), grid$q, grid$k, grid$df))
grid <- expand.grid(p = c(0.5, 0.9, 0.95, 0.99), k = c(2, 3, 6, 20), df = c(3, 10, 63.2, Inf))
out$qtukey <- data.frame(grid, q = mapply(qtukey, grid$p, grid$k, grid$df))
out$qtukey$df <- as.character(out$qtukey$df); out$ptukey$df <- as.character(out$ptukey$df)

# Multivariate t by mvtnorm at tight settings: general, and singular (all pairs of four means).
set.seed(1)
tight <- GenzBretz(maxpts = 5e6, abseps = 1e-7)
R5 <- outer(1:5, 1:5, function(i, j) 0.7^abs(i - j))
pairs <- t(combn(4, 2)); C <- t(apply(pairs, 1, function(p) { z <- numeric(4); z[p] <- c(-1, 1); z }))
V <- C %*% diag(1 / c(5, 8, 11, 20)) %*% t(C); Rp <- cov2cor(V)
box <- function(R, df, t) pmvt(rep(-t, nrow(R)), rep(t, nrow(R)), df = df, corr = R, algorithm = tight)
case <- function(R, df, t) { p <- box(R, df, t); list(correlation = R, df = as.character(df), t = t, p = as.numeric(p), error = attr(p, "error")) }
out$pmvt <- list(case(R5, 7, 2.5), case(R5, 0, 2), case(Rp, 12, 2.2), case(Rp, 40, 3))
out$pmvt[[2]]$df <- "Inf"

adjusted <- function(con, adjust) {
  s <- as.data.frame(summary(con, infer = TRUE, adjust = adjust))
  list(contrast = as.character(s[[1]]), estimate = s$estimate, se = s$SE, df = s$df, p = s$p.value, lower = s[[grep("lower|asymp.LCL", names(s))]],
       upper = s[[grep("upper|asymp.UCL", names(s))]])
}
# Unbalanced machines: every seventh row left out, so that degrees of freedom differ.
m <- read.csv(paste0(d, "machines.csv")); m <- m[seq_len(nrow(m)) %% 7 != 0, ]
m <- m[!(m$Machine == "B" & m$Worker %in% c(1, 2)), ]
fit <- lmer(score ~ Machine + (1 | Worker), m, control = lmerControl(optCtrl = list(xtol_abs = 1e-12, ftol_abs = 1e-14)))
g <- emmeans(fit, ~ Machine, lmer.df = "kenward-roger")
con <- contrast(g, "revpairwise")
out$machines <- lapply(setNames(nm = c("none", "tukey", "holm", "bonferroni", "sidak", "mvt")), function(a) adjusted(con, a))
out$machines_control <- adjusted(contrast(g, "trt.vs.ctrl"), "mvt")
# Least squares: treatment against control is Dunnett's test; multcomp says the same by its own way.
m$Machine <- factor(m$Machine); l <- lm(score ~ Machine, m)
g1 <- emmeans(l, ~ Machine)
out$lm_tukey <- adjusted(contrast(g1, "revpairwise"), "tukey")
out$lm_control <- adjusted(contrast(g1, "trt.vs.ctrl"), "mvt")
h <- glht(l, linfct = mcp(Machine = "Dunnett")); sm <- summary(h, test = multcomp::adjusted("single-step", abseps = 1e-9, maxpts = 5e6))
out$glht_dunnett <- list(contrast = names(coef(h)), estimate = unname(coef(h)), p = as.numeric(sm$test$pvalues), df = h$df)
# Slopes by group, two by the arms of early and three in made-up use of grouseticks.
e <- read.csv(paste0(d, "early.csv")); f <- lmer(cog ~ tos * trt + (1 | id), e)
out$early_trends <- adjusted(contrast(emtrends(f, ~ trt, var = "tos", lmer.df = "satterthwaite"), "revpairwise"), "none")
k <- read.csv(paste0(d, "grouseticks.csv")); k$YEAR <- factor(k$YEAR); k$y <- log(k$TICKS + 1)
lt <- lm(y ~ cHEIGHT * YEAR, k); tr <- emtrends(lt, ~ YEAR, var = "cHEIGHT")
out$grouse_slopes <- as.list(as.data.frame(tr)[, c("cHEIGHT.trend", "SE", "df")])
out$grouse_trends <- adjusted(contrast(tr, "revpairwise"), "tukey")
# Means within the values of a covariate, all comparisons adjusted within each.
out$grouse_by_height <- adjusted(contrast(emmeans(lt, ~ YEAR | cHEIGHT, at = list(cHEIGHT = c(-20, 30))), "revpairwise"), "tukey")
out$grouse_custom <- adjusted(contrast(emmeans(lt, ~ YEAR), list(first_last = c(-1, 0, 1), bend = c(-0.5, 1, -0.5))), "sidak")
writeLines(toJSON(out, digits = I(17), auto_unbox = TRUE, matrix = "rowmajor"), "simultaneous.json")
