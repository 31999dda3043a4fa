//! What an image is known to be, from `policies/data/products.yaml`.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::LazyLock;

use crate::input::tables;
use crate::input::workloads::Product;
use crate::located::Value;
use crate::syntax::scalar::Scalar;

struct Products {
    by_image: HashMap<String, Product>,
    database_ports: HashMap<u16, String>,
}

static PRODUCTS: LazyLock<Products> = LazyLock::new(|| {
    let mut products = Products { by_image: HashMap::new(), database_ports: HashMap::new() };
    let table = tables::read("products");
    for entry in table.root().and_then(|root| root.get("products")).into_iter().flat_map(Value::items) {
        let text = |key| entry.get(key).and_then(Value::text).unwrap_or_default().to_string();
        let product = Product { name: Cow::Owned(text("name")), kind: Cow::Owned(text("kind")) };
        if is_database(&product) {
            for port in entry.get("ports").into_iter().flat_map(Value::items) {
                if let Some(Scalar::Int(port)) = port.scalar()
                    && let Ok(port) = u16::try_from(port)
                {
                    products.database_ports.entry(port).or_insert_with(|| product.name.to_string());
                }
            }
        }
        for image in tables::texts(entry.get("images")) {
            products.by_image.insert(image, product.clone());
        }
    }
    products
});

/// The product of an image reference such as `docker.io/library/postgres:16-alpine`, if it is a known one.
pub fn of(image: &str) -> Option<Product> {
    let name = repository(image);
    let mut parts = name.rsplit('/');
    let last = parts.next().unwrap_or_default();
    let two = parts.next().map(|before| format!("{before}/{last}"));
    let products = &PRODUCTS.by_image;
    two.and_then(|two| products.get(&two)).or_else(|| products.get(last)).cloned()
}

/// The database whose own port this is.
pub fn database_port(port: u16) -> Option<&'static str> {
    PRODUCTS.database_ports.get(&port).map(String::as_str)
}

/// Whether a product keeps data: databases and caches.
pub fn is_database(product: &Product) -> bool {
    matches!(&*product.kind, "database" | "cache")
}

/// An image reference without tag and digest.
fn repository(image: &str) -> &str {
    let name = image.split('@').next().unwrap_or(image);
    match name.rsplit_once(':') {
        // A colon before a slash belongs to the registry's port.
        Some((before, tag)) if !tag.contains('/') => before,
        _ => name,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_known_by_their_repository() {
        for (image, product) in [
            ("postgres", Some("postgres")),
            ("docker.io/library/postgres:16-alpine", Some("postgres")),
            ("bitnami/postgresql:15", Some("postgres")),
            ("postgis/postgis:16-3.4", Some("postgres")),
            ("timescale/timescaledb-ha:pg16", Some("postgres")),
            ("supabase/postgres:15", Some("postgres")),
            ("redis:7@sha256:0123", Some("redis")),
            ("localhost:5000/redis", Some("redis")),
            ("mcr.microsoft.com/mssql/server:2022-latest", Some("mssql")),
            ("docker.elastic.co/elasticsearch/elasticsearch:8.14.0", Some("elasticsearch")),
            ("cockroachdb/cockroach:v23", Some("cockroachdb")),
            ("traefik:v3", Some("traefik")),
            ("ghcr.io/acme/postgres-backup:1", None),
            ("prometheuscommunity/postgres-exporter", None),
            ("nginx/nginx-prometheus-exporter:1.1", None),
            ("rediscommander/redis-commander", Some("redis-commander")),
            ("acme/server", None),
        ] {
            assert_eq!(of(image).map(|product| product.name.into_owned()).as_deref(), product, "{image}");
        }
        assert_eq!(database_port(5432), Some("postgres"));
        assert_eq!(database_port(80), None);
    }
}
