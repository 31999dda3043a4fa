package lib.products_test

import data.lib.products

test_images_of_the_table_are_known_with_registry_tag_and_digest if {
	every image in ["postgres", "redis:7-alpine", "docker.io/bitnami/redis:7", "localhost:5000/nginx", "mysql@sha256:0a"] {
		products.is_known(image)
	}
	every image in ["", "ghcr.io/harbour/api:1", "postgres-exporter", "registry:5000/harbour"] {
		not products.is_known(image)
	}
}
