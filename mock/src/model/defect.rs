//! Deliberate mistakes: each proves that some case can fail.

use std::fmt;
use std::str::FromStr;

macro_rules! defects {
    ($($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+) => {
        /// A switch that makes the mock wrong in one way.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Defect { $($(#[doc = $doc])+ $variant,)+ }

        impl Defect {
            /// Every defect.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// What goes wrong.
            pub fn about(self) -> &'static str {
                match self { $(Self::$variant => concat!($($doc),+).trim_ascii(),)+ }
            }
        }
    };
}

defects! {
    /// A completion takes parts below the smallest size.
    AcceptSmallParts = "accept-small-parts",
    /// A part that is sent again does not replace the earlier one.
    KeepReplacedPart = "keep-replaced-part",
    /// The object is joined in the order in which the parts arrived.
    JoinInArrivalOrder = "join-in-arrival-order",
    /// The object is joined with part numbers sorted as text.
    JoinInTextOrder = "join-in-text-order",
    /// An upload can still be listed after its completion.
    KeepCompletedUpload = "keep-completed-upload",
    /// A completion does not compare ETags.
    IgnoreListedEtags = "ignore-listed-etags",
    /// Parts that were sent but not listed are joined as well.
    JoinUnlistedParts = "join-unlisted-parts",
    /// Listed parts that were never sent are skipped.
    SkipMissingParts = "skip-missing-parts",
    /// A list that does not ascend is sorted and taken.
    AcceptAnyOrder = "accept-any-order",
    /// Part numbers out of range are taken.
    AcceptAnyNumber = "accept-any-number",
    /// The largest part number is refused.
    RefuseLargestNumber = "refuse-largest-number",
    /// Numbers with gaps are refused at completion.
    RefuseGaps = "refuse-gaps",
    /// A completion without parts makes an empty object.
    AcceptEmptyList = "accept-empty-list",
    /// A refused completion throws the upload away.
    RefusedCompletionEndsUpload = "refused-completion-ends-upload",
    /// An abort is answered and forgotten.
    IgnoreAbort = "ignore-abort",
    /// An abort deletes the object under the key.
    AbortDeletesObject = "abort-deletes-object",
    /// An abort of an unknown upload is answered with success.
    AcceptUnknownAbort = "accept-unknown-abort",
    /// The ETag of a finished object is the MD5 of its bytes, without the number of parts.
    PlainEtag = "plain-etag",
    /// The last byte of a finished object is lost.
    LoseLastByte = "lose-last-byte",
    /// Metadata of the creation is lost.
    LoseMetadata = "lose-metadata",
    /// A part can be read as the object before the completion.
    VisibleBeforeCompletion = "visible-before-completion",
    /// An empty last part is refused.
    RefuseEmptyPart = "refuse-empty-part",
    /// The marker of a listing of parts is itself listed again.
    RepeatPartMarker = "repeat-part-marker",
    /// A listing of parts is never cut into pages.
    IgnoreMaxParts = "ignore-max-parts",
    /// A listing of parts tells wrong sizes.
    WrongListedSize = "wrong-listed-size",
    /// An upload id is good for every key.
    ShareUploadIds = "share-upload-ids",
    /// Two creations of one key share one upload.
    ReuseUpload = "reuse-upload",
    /// A listing of uploads looks at a prefix up to its last slash alone.
    IgnorePrefix = "ignore-prefix",
    /// A listing of uploads ignores the delimiter.
    IgnoreDelimiter = "ignore-delimiter",
    /// A listing of uploads skips the rest of a key at a page border.
    IgnoreUploadIdMarker = "ignore-upload-id-marker",
    /// A listing of uploads shows aborted ones.
    ListAbortedUploads = "list-aborted-uploads",
    /// A wrong Content-MD5 is not noticed.
    IgnoreContentMd5 = "ignore-content-md5",
    /// ETags in headers bear no quotes.
    UnquotedEtag = "unquoted-etag",
    /// A refused completion is answered with status 500.
    RefuseWithStatus500 = "refuse-with-status-500",
    /// A completion of an upload that never was is answered as done.
    AcceptUnknownCompletion = "accept-unknown-completion",
    /// The answer of ListParts has another root element.
    MisnameListParts = "misname-list-parts",
    /// The answer of ListParts does not say whether more follows.
    OmitIsTruncated = "omit-is-truncated",
    /// The bytes of a range begin one too late.
    ShiftRanges = "shift-ranges",
    /// Long keys are refused early.
    RefuseLongKeys = "refuse-long-keys",
    /// A part number without a valid upload makes an object.
    StorePartAsObject = "store-part-as-object",
    /// Copied parts ignore their range.
    IgnoreCopyRange = "ignore-copy-range",
    /// A repeated abort is answered with status 500.
    RepeatedAbortFails = "repeated-abort-fails",
    /// The answer to a part has no ETag.
    OmitPartEtag = "omit-part-etag",
    /// A body that was cut is stored as far as it came.
    StoreCutBodies = "store-cut-bodies",
    /// A part that arrives after its upload was completed replaces the object.
    LatePartReplacesObject = "late-part-replaces-object",
    /// A deletion of the object throws uploads of the key away.
    DeleteEndsUploads = "delete-ends-uploads",
    /// A part may come with a checksum of another algorithm than the upload's, or with none.
    AcceptOtherAlgorithm = "accept-other-algorithm",
    /// The checksums in the list of a completion are not compared.
    IgnoreListedChecksums = "ignore-listed-checksums",
    /// The type of checksum that a completion names is not compared.
    IgnoreChecksumType = "ignore-checksum-type",
    /// The checksum of the object that a completion names is not compared.
    IgnoreObjectChecksum = "ignore-object-checksum",
    /// The size of the object that a completion names is not compared.
    IgnoreObjectSize = "ignore-object-size",
    /// Part numbers with gaps are taken although checksums were asked for.
    AcceptGapsWithChecksums = "accept-gaps-with-checksums",
    /// If-None-Match is not looked at.
    IgnoreIfNoneMatch = "ignore-if-none-match",
    /// If-Match is not looked at.
    IgnoreIfMatch = "ignore-if-match",
    /// Conditions on the source of a copy are not looked at.
    IgnoreCopyConditions = "ignore-copy-conditions",
    /// A wrong checksum of a part is not noticed.
    IgnorePartChecksum = "ignore-part-checksum",
    /// A body that does not agree with its signed digest is not noticed.
    IgnoreContentSha256 = "ignore-content-sha256",
    /// A body in chunks is stored with its frame.
    StoreFrames = "store-frames",
    /// Checksums are taken, and never told again.
    OmitChecksums = "omit-checksums",
    /// A composite checksum does not bear the number of parts.
    OmitCompositeCount = "omit-composite-count",
    /// A part of an object is read one byte too early.
    ShiftPartReads = "shift-part-reads",
    /// Anybody may do anything in any bucket.
    IgnoreOwners = "ignore-owners",
    /// Keys beyond the longest are taken.
    AcceptLongKeys = "accept-long-keys",
    /// Signatures are not compared.
    IgnoreSignatures = "ignore-signatures",
    /// The time of a signature is not compared with the clock.
    IgnoreSkew = "ignore-skew",
    /// A URL is good beyond its time.
    IgnoreExpiry = "ignore-expiry",
    /// Headers that were not signed are taken.
    IgnoreUnsignedHeaders = "ignore-unsigned-headers",
    /// A signature for another region is taken.
    IgnoreRegion = "ignore-region",
    /// A listing of uploads is never cut into pages.
    IgnoreMaxUploads = "ignore-max-uploads",
    /// A part is listed once its head has arrived.
    ListUnfinishedParts = "list-unfinished-parts",
    /// Parts beyond the largest size are taken.
    AcceptLargeParts = "accept-large-parts",
    /// Objects beyond the largest size are made.
    AcceptLargeObjects = "accept-large-objects",
    /// In the list of a completion a number that is missing is counted, and an ETag that is missing is not asked for.
    AcceptIncompleteEntries = "accept-incomplete-entries",
    /// A deletion is answered and forgotten.
    KeepDeletedObject = "keep-deleted-object",
    /// A completion leaves an object that an earlier upload made as it is.
    KeepAssembledObject = "keep-assembled-object",
    /// A completion throws the other uploads of its key away.
    CompletionEndsOtherUploads = "completion-ends-other-uploads",
    /// A part that is sent again keeps the bytes of the earlier one under the new ETag.
    MixReplacedPart = "mix-replaced-part",
    /// Anybody can create an upload.
    OpenCreate = "open-create",
    /// Anybody can send a part.
    OpenUploadPart = "open-upload-part",
    /// Anybody can copy a part.
    OpenUploadPartCopy = "open-upload-part-copy",
    /// Anybody can complete an upload.
    OpenComplete = "open-complete",
    /// Anybody can abort an upload.
    OpenAbort = "open-abort",
    /// Anybody can list parts.
    OpenListParts = "open-list-parts",
    /// Anybody can list uploads.
    OpenListUploads = "open-list-uploads",
    /// Requests signed in their URL are refused.
    RefuseSignedUrls = "refuse-signed-urls",
    /// The checksum of an object is composite where that of the full object was asked for.
    ComposeFullObject = "compose-full-object",
    /// Nothing is computed where no checksum was asked for.
    OmitDefaultChecksum = "omit-default-checksum",
    /// GET and HEAD tell checksums that nobody asked for.
    TellChecksumsUnasked = "tell-checksums-unasked",
    /// Tags of the creation are lost.
    LoseTags = "lose-tags",
    /// Metadata of a completion replaces that of the creation.
    TakeMetadataFromCompletion = "take-metadata-from-completion",
    /// A part number beyond the last reads the last part.
    ClampPartReads = "clamp-part-reads",
    /// A range is passed over where a part is asked for.
    IgnoreRangeOfPart = "ignore-range-of-part",
    /// Uploads in progress are listed as objects.
    ListUnfinishedObjects = "list-unfinished-objects",
    /// Conditions of a read are not looked at.
    IgnoreReadConditions = "ignore-read-conditions",
    /// A range of a copy that leaves its source is cut to fit; one that is none is passed over.
    ClampCopyRanges = "clamp-copy-ranges",
    /// A page size of zero stands for the default.
    TakeZeroForDefault = "take-zero-for-default",
    /// Numbers that are none are passed over.
    IgnoreBrokenNumbers = "ignore-broken-numbers",
    /// A key marker is not looked at.
    IgnoreKeyMarker = "ignore-key-marker",
    /// Names are never URL-encoded in listings.
    IgnoreEncodingType = "ignore-encoding-type",
    /// Any encoding of names is taken, and passed over.
    AcceptAnyEncoding = "accept-any-encoding",
    /// Characters of a key other than the harmless ones are replaced.
    MangleKeys = "mangle-keys",
    /// Slashes that nobody needs are taken out of keys.
    TidySlashes = "tidy-slashes",
    /// Dots at the beginning of a segment are taken out of keys.
    StripDots = "strip-dots",
    /// A sub-resource that does not fit the method is passed over.
    IgnoreSubResources = "ignore-sub-resources",
    /// An abort with an empty upload id deletes the object.
    EmptyUploadIdDeletes = "empty-upload-id-deletes",
    /// Nobody is told as the initiator of an upload.
    OmitInitiator = "omit-initiator",
    /// GetObjectAttributes tells no parts.
    OmitAttributeParts = "omit-attribute-parts",
    /// The key of a request is taken from its upload id, before the signature is checked.
    TakeKeyFromUploadId = "take-key-from-upload-id",
    /// A creation with an impossible checksum is taken, without any.
    AcceptImpossibleChecksums = "accept-impossible-checksums",
    /// A repeated completion is answered with status 500.
    RepeatedCompletionFails = "repeated-completion-fails",
    /// If-None-Match on a completion never holds.
    RefuseIfNoneMatch = "refuse-if-none-match",
    /// A creation deletes the object under the key.
    CreationDeletesObject = "creation-deletes-object",
    /// An upload without parts cannot be listed.
    HideEmptyUploads = "hide-empty-uploads",
    /// The listing of an unknown upload is empty.
    ListUnknownUploads = "list-unknown-uploads",
    /// A page size beyond the largest is refused.
    RefuseLargePages = "refuse-large-pages",
    /// A listing of uploads tells other ids.
    WrongListedUploadIds = "wrong-listed-upload-ids",
    /// An empty page of parts tells that more follow.
    TruncateEmptyPages = "truncate-empty-pages",
    /// Every page of parts tells that more follow.
    AlwaysTruncated = "always-truncated",
    /// Parts cannot make an object larger than a single put.
    RefuseBeyondOnePut = "refuse-beyond-one-put",
    /// A completion fails with status 500 if the key was written since the creation.
    OvertakenCompletionFails = "overtaken-completion-fails",
    /// An object is read mixed with parts of an upload in progress.
    MixReads = "mix-reads",
    /// Parts of one byte are refused.
    RefuseSingleBytes = "refuse-single-bytes",
    /// Parts beyond 1 KiB have to be a multiple of it.
    RefuseOddSizes = "refuse-odd-sizes",
    /// A part number that is none stands for the first.
    TakeBrokenPartNumbers = "take-broken-part-numbers",
    /// A part of an unknown upload is answered with success and thrown away.
    TakePartsOfUnknownUploads = "take-parts-of-unknown-uploads",
    /// A conditional completion does not notice that the key was written meanwhile.
    IgnoreConflicts = "ignore-conflicts",
}

impl fmt::Display for Defect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl FromStr for Defect {
    type Err = ();

    fn from_str(name: &str) -> Result<Self, ()> {
        Self::ALL.iter().copied().find(|defect| defect.name() == name).ok_or(())
    }
}
