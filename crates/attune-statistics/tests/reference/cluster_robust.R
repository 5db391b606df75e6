# Cluster-robust variances beyond the oracles: clubSandwich on mixed models with random slopes, nested factors
# and crossed factors within clusters, CR1S, and the Hotelling test (HTZ) of several contrasts.
# The fits are lme4's, polished by Newton steps on Richardson derivatives of the deviance.
# Run in tests/reference: Rscript cluster_robust.R   (writes cluster_robust.json)
suppressPackageStartupMessages({library(lme4); library(clubSandwich); library(numDeriv)})
data_of <- function(name) read.csv(paste0("../oracles/data/", name))
polish <- function(fn, par, lower, upper, control) {
  x <- nloptr::nloptr(par, function(x) fn(x), lb = lower, ub = upper, opts = list(algorithm = "NLOPT_LN_BOBYQA",
    xtol_rel = 1e-12, xtol_abs = rep(1e-12, length(par)), ftol_abs = 1e-13, ftol_rel = 0, maxeval = 20000))$solution
  steps <- list(eps = 1e-2, d = 1e-2, r = 6, v = 2)
  for (i in 1:6) x <- x - solve(hessian(fn, x, method.args = steps), grad(fn, x, method.args = steps))
  list(par = x, fval = fn(x), feval = 0L, conv = 0L, message = "polished")
}
tight <- lmerControl(optimizer = "polish", calc.derivs = FALSE, boundary.tol = 0, restart_edge = FALSE)
num <- function(v) paste0("[", paste(ifelse(is.finite(v), sprintf("%.17g", v), "null"), collapse = ", "), "]")
out <- c()
add <- function(name, ...) {
  parts <- list(...)
  text <- paste0("\"", names(parts), "\": ", sapply(parts, num), collapse = ", ")
  out <<- c(out, paste0("  \"", name, "\": {", text, "}"))
}
coefficients_of <- function(name, m, cluster, type) {
  V <- vcovCR(m, cluster = cluster, type = type)
  x <- as.data.frame(coef_test(m, V, test = "Satterthwaite"))
  add(paste0(name, "_", type), se = x$SE, df = x$df_Satt, p = x$p_Satt)
}
wald <- function(name, m, cluster, type, which) {
  w <- as.data.frame(Wald_test(m, constrain_zero(which), vcovCR(m, cluster = cluster, type = type), test = "HTZ"))
  add(paste0(name, "_HTZ_", type), test = c(w$Fstat, w$df_num, w$df_denom, w$p_val))
}

sleep <- data_of("sleepstudy.csv")
m <- lmer(Reaction ~ Days + (Days | Subject), sleep, control = tight)
for (type in c("CR0", "CR2", "CR3")) coefficients_of("sleep", m, sleep$Subject, type)
wald("sleep", m, sleep$Subject, "CR2", 1:2)

machines <- data_of("machines.csv"); machines$Machine <- factor(machines$Machine)
m <- lmer(score ~ Machine + (1 | Worker) + (1 | Worker:Machine), machines, control = tight)
for (type in c("CR1S", "CR2")) coefficients_of("machines", m, machines$Worker, type)
for (type in c("CR1", "CR2")) wald("machines", m, machines$Worker, type, 2:3)

# Crossed factors inside a cluster above both: eight halls with six children each, seen by three observers of the hall.
halls <- expand.grid(child = 1:6, observer = 1:3, hall = 1:8)
halls$x <- (halls$child * 7 + halls$observer * 3 + halls$hall * 5) %% 11
halls$arm <- as.numeric(halls$hall > 4)
halls$y <- halls$arm * 2 + halls$x * 0.3 + (halls$child * 5 + halls$hall * 3) %% 7 +
  (halls$observer * 4 + halls$hall) %% 5 + (halls$child * 11 + halls$observer * 17 + halls$hall * 13) %% 9 / 2
halls <- halls[-c(3, 17, 40, 41, 42, 90), ]
halls$c <- interaction(halls$hall, halls$child); halls$o <- interaction(halls$hall, halls$observer)
m <- lmer(y ~ arm + x + (1 | c) + (1 | o), halls, control = tight)
for (type in c("CR2", "CR3")) coefficients_of("halls", m, halls$hall, type)
wald("halls", m, halls$hall, "CR2", 2:3)
lm1 <- lm(y ~ arm * x, halls)
coefficients_of("halls_lm", lm1, halls$hall, "CR1S")
wald("halls_lm", lm1, halls$hall, "CR0", 2:4)
wald("halls_lm", lm1, halls$hall, "CR2", 2:4)
# Prior weights: the working covariance is the inverse of the weights, which clubSandwich divides by their mean.
halls$w <- 1 + (halls$child + halls$hall) %% 4
lm2 <- lm(y ~ arm + x, halls, weights = w)
for (type in c("CR0", "CR2", "CR3")) {
  V <- vcovCR(lm2, cluster = halls$hall, type = type, target = mean(halls$w) / halls$w, inverse_var = TRUE)
  x <- as.data.frame(coef_test(lm2, V, test = "Satterthwaite"))
  add(paste0("halls_weighted_", type), se = x$SE, df = x$df_Satt, p = x$p_Satt)
}
writeLines(c("{", paste0(paste(out, collapse = ",\n"), ","),
  paste0("  \"versions\": \"R ", getRversion(), ", clubSandwich ", packageVersion("clubSandwich"), ", lme4 ", packageVersion("lme4"), "\""), "}"),
  "cluster_robust.json")
