# Products that images hold.
package lib.products

# Whether an image, with or without registry, tag and digest, is one that others publish.
is_known(image) if {
	name := regex.replace(regex.replace(image, `@.*$`, ""), `:[^/:]*$`, "")
	parts := split(name, "/")
	some product in data.data.products
	parts[count(parts) - 1] in product.images
}
