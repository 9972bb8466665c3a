//! `[compliance]`: standards the configuration is held against.

use super::Names;

section! {
    /// Standards the configuration is held against.
    pub struct Compliance {
        /// ISO/IEC 27001.
        pub iso27001: Iso27001,
        /// SOC 2.
        pub soc2: Soc2,
    }

    /// ISO/IEC 27001.
    pub struct Iso27001 {
        /// Whether the configuration is held against it.
        pub enabled: bool,
        /// How many days the log must be kept.
        #[schemars(range(min = 1, max = 36_500))]
        pub audit_retention_days: u32 = 365,
        /// Data at rest must be encrypted.
        pub require_encryption_at_rest: bool,
        /// Data in transit must be encrypted.
        pub require_encryption_in_transit: bool,
        /// Access must be logged.
        pub require_access_logs: bool,
        /// Changes must be managed.
        pub require_change_management: bool,
        /// Controls by name, `A_<numbers>_<words>`.
        #[schemars(extend("x-govctl-keys" = "iso-control"))]
        pub controls: Names<bool>,
    }

    /// SOC 2.
    pub struct Soc2 {
        /// Whether the configuration is held against it.
        pub enabled: bool,
        /// The trust services criteria that are in scope.
        pub trust_principles: TrustPrinciples,
        /// Controls by name, `CC<n>_<n>_<words>`.
        #[schemars(extend("x-govctl-keys" = "soc-control"))]
        pub controls: Names<bool>,
    }

    /// The trust services criteria that are in scope.
    pub struct TrustPrinciples {
        /// Security.
        pub security: bool,
        /// Availability.
        pub availability: bool,
        /// Processing integrity.
        pub processing_integrity: bool,
        /// Confidentiality.
        pub confidentiality: bool,
        /// Privacy.
        pub privacy: bool,
    }
}
