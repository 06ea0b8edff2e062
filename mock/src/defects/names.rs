//! Deliberate mistakes: each proves that some case can fail.

use std::fmt;
use std::str::FromStr;

macro_rules! defects {
    (
        $($(#[doc = $doc:literal])+ $variant:ident = $name:literal,)+
        of_oss: $($(#[doc = $of_oss_doc:literal])+ $of_oss:ident = $of_oss_name:literal,)+
        of_answers: $($(#[doc = $of_answers_doc:literal])+ $of_answers:ident = $of_answers_name:literal,)+
        of_races: $($(#[doc = $of_races_doc:literal])+ $of_races:ident = $of_races_name:literal,)+
    ) => {
        /// A switch that makes the mock wrong in one way.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Defect {
            $($(#[doc = $doc])+ $variant,)+
            $($(#[doc = $of_oss_doc])+ $of_oss,)+
            $($(#[doc = $of_answers_doc])+ $of_answers,)+
            $($(#[doc = $of_races_doc])+ $of_races,)+
        }

        impl Defect {
            /// Every defect.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+ $(Self::$of_oss,)+ $(Self::$of_answers,)+ $(Self::$of_races,)+];
            /// Those that break a promise of OSS alone.
            pub const OF_OSS: &'static [Self] = &[$(Self::$of_oss,)+];

            /// Those that show in races, or in what becomes of an answer later: exploring finds them.
            pub const OF_RACES: &'static [Self] = &[$(Self::$of_races,)+];

            /// The name on the command line.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ $(Self::$of_oss => $of_oss_name,)+ $(Self::$of_answers => $of_answers_name,)+ $(Self::$of_races => $of_races_name,)+ }
            }

            /// What goes wrong.
            pub fn about(self) -> &'static str {
                match self {
                    $(Self::$variant => concat!($($doc),+).trim_ascii(),)+
                    $(Self::$of_oss => concat!($($of_oss_doc),+).trim_ascii(),)+
                    $(Self::$of_answers => concat!($($of_answers_doc),+).trim_ascii(),)+
                    $(Self::$of_races => concat!($($of_races_doc),+).trim_ascii(),)+
                }
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
    /// A completion finds as many parts as fit on a page of a listing, and no more.
    LoseLaterParts = "lose-later-parts",
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
    /// Metadata beyond ASCII is told as its bytes are.
    TellRawMetadata = "tell-raw-metadata",
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
    /// Common prefixes do not count as entries of a page of uploads.
    PrefixesTakeNoRoom = "prefixes-take-no-room",
    /// A common prefix is listed again behind itself, and behind a key below it.
    RepeatPrefixMarker = "repeat-prefix-marker",
    /// A listing of uploads skips the rest of a key at a page border.
    IgnoreUploadIdMarker = "ignore-upload-id-marker",
    /// A listing of uploads shows aborted ones.
    ListAbortedUploads = "list-aborted-uploads",
    /// A wrong Content-MD5 is not noticed.
    IgnoreContentMd5 = "ignore-content-md5",
    /// A Content-MD5 of a part that is no digest is passed over.
    PassOverMalformedMd5 = "pass-over-malformed-md5",
    /// ETags in headers bear no quotes.
    UnquotedEtag = "unquoted-etag",
    /// An upload id that is none by its form ends in status 500.
    FailOnMalformedIds = "fail-on-malformed-ids",
    /// An upload id that is empty ends in status 500.
    FailOnEmptyIds = "fail-on-empty-ids",
    /// The answer to a copied part tells another ETag than the part gets.
    CopyTellsOtherEtag = "copy-tells-other-etag",
    /// The answer to a copied object has no checksum.
    OmitChecksumOfCopy = "omit-checksum-of-copy",
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
    /// A range of the whole object is answered as if none had been asked for.
    WholeRangeIsNone = "whole-range-is-none",
    /// Long keys are refused early.
    RefuseLongKeys = "refuse-long-keys",
    /// A part without its number, or without its upload id, is answered with success, and stored nowhere.
    AnswerHalfParts = "answer-half-parts",
    /// A method that a resource does not allow is answered with success, and does nothing.
    AnswerOtherMethods = "answer-other-methods",
    /// A part number without a valid upload makes an object.
    StorePartAsObject = "store-part-as-object",
    /// Copied parts ignore their range.
    IgnoreCopyRange = "ignore-copy-range",
    /// A copied part takes the first number in place of one that none can be.
    CopyToAnyNumber = "copy-to-any-number",
    /// The source of a copy is not URL-decoded.
    KeepSourceEncoded = "keep-source-encoded",
    /// A plus sign in the source of a copy stands for itself.
    TakePlusInSource = "take-plus-in-source",
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
    /// If-Match of a write is passed over where there is no object.
    PassIfMatchWithoutObject = "pass-if-match-without-object",
    /// Conditions on the source of a copy are not looked at.
    IgnoreCopyConditions = "ignore-copy-conditions",
    /// A wrong checksum of a part is not noticed.
    IgnorePartChecksum = "ignore-part-checksum",
    /// A body that does not agree with its signed digest is not noticed.
    IgnoreContentSha256 = "ignore-content-sha256",
    /// A body in chunks is stored with its frame.
    StoreFrames = "store-frames",
    /// The length that a body in chunks declares for its content is not compared.
    IgnoreDecodedLength = "ignore-decoded-length",
    /// Checksums are taken, and never told again.
    OmitChecksums = "omit-checksums",
    /// A composite checksum does not bear the number of parts.
    OmitCompositeCount = "omit-composite-count",
    /// The answer to a creation does not tell its checksum.
    OmitChecksumOfCreation = "omit-checksum-of-creation",
    /// The answer to a completion does not tell what its checksum covers.
    OmitChecksumTypeOfCompletion = "omit-checksum-type-of-completion",
    /// A completion may call a checksum composite that can only be that of the full object.
    AcceptImpossibleType = "accept-impossible-type",
    /// A copied object keeps the checksum that the parts of its source had, and its type.
    CopyKeepsChecksum = "copy-keeps-checksum",
    /// The checksums of copied parts are forgotten once they are told.
    ForgetChecksumsOfCopies = "forget-checksums-of-copies",
    /// A part of an object is read one byte too early.
    ShiftPartReads = "shift-part-reads",
    /// A part of an upload in progress is read where a part of the object is asked for.
    ReadPartsInProgress = "read-parts-in-progress",
    /// A part number is passed over where the object was put.
    IgnorePartOfPut = "ignore-part-of-put",
    /// A read passes over a part number that none can be.
    IgnoreImpossibleParts = "ignore-impossible-parts",
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
    /// An abort throws the other uploads of its key away.
    AbortEndsOtherUploads = "abort-ends-other-uploads",
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
    /// Tags that are put on an object are stored in place of its bytes.
    StoreTagsAsObject = "store-tags-as-object",
    /// Tags that are put on an object are added to those that it has.
    AddTags = "add-tags",
    /// Metadata of a completion replaces that of the creation.
    TakeMetadataFromCompletion = "take-metadata-from-completion",
    /// Metadata of a part is added to that of the creation.
    TakeMetadataFromParts = "take-metadata-from-parts",
    /// Nothing is copied from a source below the smallest size of a part.
    RefuseSmallSources = "refuse-small-sources",
    /// Uploads are listed with the last key first.
    ReverseListedUploads = "reverse-listed-uploads",
    /// A listing of parts names neither algorithm nor type of the checksum.
    OmitListedAlgorithm = "omit-listed-algorithm",
    /// Any storage class is taken.
    TakeUnknownStorageClass = "take-unknown-storage-class",
    /// Every object has the usual storage class.
    LoseStorageClass = "lose-storage-class",
    /// A part number beyond the last reads the last part.
    ClampPartReads = "clamp-part-reads",
    /// A range is passed over where a part is asked for.
    IgnoreRangeOfPart = "ignore-range-of-part",
    /// Uploads in progress are listed as objects.
    ListUnfinishedObjects = "list-unfinished-objects",
    /// Conditions of a read are not looked at.
    IgnoreReadConditions = "ignore-read-conditions",
    /// Conditions of a read are compared with the ETag without its number of parts.
    CompareEtagsWithoutCount = "compare-etags-without-count",
    /// A range of a copy that leaves its source is cut to fit; one that is none is passed over.
    ClampCopyRanges = "clamp-copy-ranges",
    /// A page size of zero stands for the default.
    TakeZeroForDefault = "take-zero-for-default",
    /// Numbers that are none are passed over.
    IgnoreBrokenNumbers = "ignore-broken-numbers",
    /// A key marker is not looked at.
    IgnoreKeyMarker = "ignore-key-marker",
    /// A page of uploads counts as cut while an upload of the folder around its prefix is behind it.
    CutByOtherUploads = "cut-by-other-uploads",
    /// A listing of uploads does not repeat the prefix that it was asked for.
    OmitListedPrefix = "omit-listed-prefix",
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
    /// GetObjectAttributes tells the parts from the first on, whatever the marker.
    IgnoreAttributesMarker = "ignore-attributes-marker",
    /// GetObjectAttributes tells that more parts follow, whatever the page.
    AttributesNeverEnd = "attributes-never-end",
    /// A signature that is good for the key with one letter more is taken for the key.
    TakeSignatureOfNeighbour = "take-signature-of-neighbour",
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
    /// A list of parts that does not agree with its signed digest is not noticed.
    IgnoreContentSha256OfCompletion = "ignore-content-sha256-of-completion",
    /// A completion of an upload that is not there is answered as done if there is an object under the key.
    CompleteOverObject = "complete-over-object",
    /// A completion of an upload that never was is refused, and empties the object under the key.
    StrayCompletionEmptiesObject = "stray-completion-empties-object",
    /// A completion of an upload that was completed is answered as that one, whatever it lists.
    ReplayOtherCompletions = "replay-other-completions",
    /// An abort of an upload that is not there deletes the object under the key.
    StrayAbortDeletesObject = "stray-abort-deletes-object",
    /// An abort of an upload that is not there ends the uploads of its key.
    StrayAbortEndsUploads = "stray-abort-ends-uploads",
    /// An abort with an empty upload id ends the uploads of its key.
    EmptyUploadIdEndsUploads = "empty-upload-id-ends-uploads",
    /// A part of an upload that is not there replaces the object under the key, if there is one.
    StrayPartsReplaceObject = "stray-parts-replace-object",
    /// The listing of an upload that is not there is empty if there is an object under the key.
    ListObjectAsUpload = "list-object-as-upload",
    /// An upload id that leads somewhere as a path is taken for one.
    FollowUploadIds = "follow-upload-ids",
    /// Behind a marker that is no part's number no part is listed.
    NeedExactPartMarker = "need-exact-part-marker",
    /// A part that a copy replaces keeps its ETag.
    CopyKeepsEtag = "copy-keeps-etag",
    /// A part that is sent again keeps the end of a longer one before.
    KeepTailOfReplacedPart = "keep-tail-of-replaced-part",
    /// Uploads under the longest keys cannot be completed.
    CompletionRefusesLongestKeys = "completion-refuses-longest-keys",
    /// Where the checksum of the full object was asked for, parts need one too.
    RequirePartChecksums = "require-part-checksums",
    /// Listings of uploads and parts tell a time long past.
    ListLongPast = "list-long-past",
    /// Listings of uploads and parts tell no storage class.
    OmitListedStorageClass = "omit-listed-storage-class",
    /// Page sizes beyond all reason are answered with status 500.
    LargestPagesFail = "largest-pages-fail",
    /// No object can be listed beside one whose key XML cannot carry.
    KeysSpoilListings = "keys-spoil-listings",
    /// A part whose number is none replaces the object under the key.
    StoreBrokenParts = "store-broken-parts",

    /// A listing of parts has them sorted as text.
    ListPartsInTextOrder = "list-parts-in-text-order",
    /// Of several header lines of one name only the first counts.
    ReadFirstHeaderLine = "read-first-header-line",

    of_oss:
    /// Without a list, the parts are joined in the order in which they arrived.
    AllInArrivalOrder = "all-in-arrival-order",
    /// Without a list, the part with the highest number is left out.
    AllDropsHighest = "all-drops-highest",
    /// Without a list, parts of other uploads of the key are taken where numbers are missing.
    AllTakesOtherUploads = "all-takes-other-uploads",
    /// Without a list, a part that was sent again is taken as it was before.
    AllTakesReplacedParts = "all-takes-replaced-parts",
    /// Without a list, parts below the smallest size are taken.
    AllTakesSmallParts = "all-takes-small-parts",
    /// A completion of everything may come with a list, which is passed over.
    AllTakesBody = "all-takes-body",
    /// A completion of everything is taken for one with an empty list.
    IgnoreCompleteAll = "ignore-complete-all",
    /// A sequential upload takes its parts in any order.
    SequentialTakesAnyOrder = "sequential-takes-any-order",
    /// A sequential upload takes a part again.
    SequentialTakesPartsAgain = "sequential-takes-parts-again",
    /// An object of any upload has a Content-MD5.
    TellContentMd5OfParts = "tell-content-md5-of-parts",
    /// An object of a sequential upload has no Content-MD5.
    SequentialOmitsContentMd5 = "sequential-omits-content-md5",
    /// The answer to a part has no CRC-64.
    OmitCrc64OfPart = "omit-crc64-of-part",
    /// The answer to a completion has no CRC-64.
    OmitCrc64OfCompletion = "omit-crc64-of-completion",
    /// GET and HEAD tell no CRC-64.
    OmitCrc64OfObject = "omit-crc64-of-object",
    /// A listing of parts tells no CRC-64.
    OmitCrc64OfListedParts = "omit-crc64-of-listed-parts",
    /// The CRC-64 of an object is made of those of its parts, and not of its bytes.
    Crc64OfParts = "crc64-of-parts",
    /// CRC-64 values are told in hexadecimal digits.
    HexCrc64 = "hex-crc64",
    /// ETags are written in lowercase.
    LowercaseEtags = "lowercase-etags",
    /// A creation overlooks that the key must not be overwritten.
    IgnoreForbidOverwriteAtCreation = "ignore-forbid-overwrite-at-creation",
    /// A completion overlooks that the key must not be overwritten.
    IgnoreForbidOverwriteAtCompletion = "ignore-forbid-overwrite-at-completion",
    /// Conditions of a put are passed over.
    IgnoreConditionsOfPut = "ignore-conditions-of-put",
    /// A put or a copy overlooks that the key must not be overwritten.
    IgnoreForbidOverwriteOfPut = "ignore-forbid-overwrite-of-put",
    /// An ACL is told as private where the object has none of its own.
    TellPrivateForDefault = "tell-private-for-default",
    /// The answer to a completion does not tell where the object is.
    OmitLocation = "omit-location",
    /// The ACL of a completion is lost.
    LoseAclOfCompletion = "lose-acl-of-completion",
    /// An ACL that there is none of is taken, and passed over.
    TakeUnknownAcl = "take-unknown-acl",
    /// A callback is answered for and never made.
    SkipCallback = "skip-callback",
    /// A callback is made twice.
    CallBackTwice = "call-back-twice",
    /// A callback that failed is answered with success.
    HideCallbackFailure = "hide-callback-failure",
    /// A callback that failed takes the object away.
    CallbackFailureDeletesObject = "callback-failure-deletes-object",
    /// The answer is the usual one, and not the reply of the callback server.
    HideCallbackReply = "hide-callback-reply",
    /// The variables in the body of a callback are sent as they are.
    KeepCallbackVariables = "keep-callback-variables",
    /// The Host of a callback is that of its URL, whatever was asked.
    IgnoreCallbackHost = "ignore-callback-host",
    /// The body of a callback is always sent as a form.
    IgnoreCallbackType = "ignore-callback-type",
    /// A callback that cannot be made out is passed over.
    IgnoreBrokenCallbacks = "ignore-broken-callbacks",
    /// A callback that cannot be made out is refused, and the upload completed all the same.
    CompleteOnBrokenCallback = "complete-on-broken-callback",
    /// Only the first URL of a callback is tried.
    CallFirstUrlAlone = "call-first-url-alone",
    /// A range of a copy that breaks the rules is refused.
    RefuseBadCopyRanges = "refuse-bad-copy-ranges",
    /// A range of a copy without an end lacks its last byte.
    ShortenOpenCopyRanges = "shorten-open-copy-ranges",
    /// A range of a copy without an end is taken for one that breaks the rules.
    IgnoreOpenCopyRanges = "ignore-open-copy-ranges",
    /// The answer to a copied range does not tell the range.
    OmitCopiedRange = "omit-copied-range",
    /// Keys may begin with characters that none may begin with.
    TakeAnyKeyStart = "take-any-key-start",
    /// The bucket may stand in the path on an endpoint that has a name.
    TakePathStyle = "take-path-style",
    /// Errors have no number.
    OmitErrorNumbers = "omit-error-numbers",
    /// A body that does not agree with its Content-MD5 is called BadDigest.
    TellBadDigest = "tell-bad-digest",
    /// The Content-MD5 of the list of a completion is not looked at.
    IgnoreContentMd5OfCompletion = "ignore-content-md5-of-completion",
    /// What is not supported is answered with status 501.
    TellNotImplementedAs501 = "tell-not-implemented-as-501",
    /// A listing of parts tells the next marker only if more follows.
    OmitLastPartMarker = "omit-last-part-marker",
    /// A listing of uploads tells the next markers only if more follows.
    OmitLastUploadMarkers = "omit-last-upload-markers",
    /// Listings of parts and uploads show owner and initiator.
    ShowOwners = "show-owners",
    /// Uploads of a key are listed by time.
    ListUploadsByTime = "list-uploads-by-time",
    /// An upload id marker counts without a key marker too.
    TakeLoneUploadIdMarker = "take-lone-upload-id-marker",
    /// Names are never URL-encoded in the answers to a creation and a completion.
    IgnoreEncodingOfResults = "ignore-encoding-of-results",
    /// Signatures of version 1 are not compared.
    V1IgnoresSignature = "v1-ignores-signature",
    /// Signatures of version 4 are not compared.
    V4IgnoresSignature = "v4-ignores-signature",
    /// Clocks that are a minute off are refused.
    RefuseSlightSkew = "refuse-slight-skew",
    /// In a signature of version 1, the part number is not compared.
    V1IgnoresPartNumber = "v1-ignores-part-number",
    /// The time of a signature of version 1 is not compared with the clock.
    V1TakesAnyDate = "v1-takes-any-date",
    /// A URL signed by version 1 is good beyond its time.
    V1IgnoresExpiry = "v1-ignores-expiry",
    /// A URL signed by version 4 is good beyond its time.
    V4IgnoresExpiry = "v4-ignores-expiry",
    /// Temporary credentials are refused.
    RefuseTokens = "refuse-tokens",
    /// Security tokens are not looked at.
    IgnoreTokens = "ignore-tokens",
    /// A request may be signed in its header and in its URL.
    TakeTwoSignatures = "take-two-signatures",
    /// Headers of the other dialect count.
    TakeForeignHeaders = "take-foreign-headers",
    /// A part may come with a header that asks for encryption.
    TakeEncryptionOfParts = "take-encryption-of-parts",
    /// A completion may come with a header that asks for encryption.
    TakeEncryptionOfCompletion = "take-encryption-of-completion",
    /// Any encryption is taken, and told again.
    TakeUnknownEncryption = "take-unknown-encryption",
    /// Encryption is never told.
    OmitEncryption = "omit-encryption",
    /// An object of the usual storage class tells none.
    OmitUsualStorageClass = "omit-usual-storage-class",
    /// Tags are kept as they stand in the header, not decoded.
    KeepTagsEncoded = "keep-tags-encoded",
    /// Any tags are taken.
    TakeAnyTags = "take-any-tags",
    /// Tags of long keys are refused.
    RefuseLongTags = "refuse-long-tags",
    /// Objects of which nobody said what they are have the type that S3 gives them.
    TellOtherContentType = "tell-other-content-type",
    /// Nothing tells whether an object was made of parts.
    OmitObjectType = "omit-object-type",
    /// A part that is too small is told without its particulars.
    OmitSmallPartDetails = "omit-small-part-details",
    /// A completion that is sent again is answered as before.
    ReplayCompletion = "replay-completion",
    /// An abort that is sent again is answered as before.
    ReplayAbort = "replay-abort",

    of_answers:
    /// The answer of a creation has another root element.
    MisnameCreation = "misname-creation",
    /// The answer of a creation has no namespace.
    OmitCreationNamespace = "omit-creation-namespace",
    /// The answer of a copied part has another root element.
    MisnameCopiedPart = "misname-copied-part",
    /// The answer of a copied part has no namespace.
    OmitCopiedPartNamespace = "omit-copied-part-namespace",
    /// The answer of a completion has another root element.
    MisnameCompletion = "misname-completion",
    /// The answer of a completion has no namespace.
    OmitCompletionNamespace = "omit-completion-namespace",
    /// The answer of ListParts has no namespace.
    OmitPartListingNamespace = "omit-part-listing-namespace",
    /// The answer of ListMultipartUploads has another root element.
    MisnameUploadListing = "misname-upload-listing",
    /// The answer of ListMultipartUploads has no namespace.
    OmitUploadListingNamespace = "omit-upload-listing-namespace",
    /// The answer of CopyObject has another root element.
    MisnameCopy = "misname-copy",
    /// The answer of CopyObject has no namespace.
    OmitCopyNamespace = "omit-copy-namespace",
    /// The answer of ListObjectsV2 has another root element.
    MisnameObjectListing = "misname-object-listing",
    /// The answer of ListObjectsV2 has no namespace.
    OmitObjectListingNamespace = "omit-object-listing-namespace",
    /// The answer of a creation has no Bucket.
    OmitCreationBucket = "omit-creation-bucket",
    /// The answer of a creation has no Key.
    OmitCreationKey = "omit-creation-key",
    /// The answer of a copied part has no ETag.
    OmitCopiedPartEtag = "omit-copied-part-etag",
    /// The answer of a copied part has no LastModified.
    OmitCopiedPartTime = "omit-copied-part-time",
    /// The answer of a completion has no Bucket.
    OmitCompletionBucket = "omit-completion-bucket",
    /// The answer of a completion has no Key.
    OmitCompletionKey = "omit-completion-key",
    /// The answer of a completion has no ETag.
    OmitCompletionEtag = "omit-completion-etag",
    /// Refusals have a code that S3 does not know.
    ForeignCodes = "foreign-codes",
    /// UploadPart is answered with 501.
    NoUploadPart = "no-upload-part",
    /// UploadPartCopy is answered with 501.
    NoUploadPartCopy = "no-upload-part-copy",
    /// CompleteMultipartUpload is answered with 501.
    NoCompletion = "no-completion",
    /// AbortMultipartUpload is answered with 501.
    NoAbort = "no-abort",
    /// ListParts is answered with 501.
    NoListParts = "no-list-parts",
    /// ListMultipartUploads is answered with 501.
    NoUploadListing = "no-upload-listing",
    /// The ETag in the answer of a completion has no quotes.
    UnquotedCompletionEtag = "unquoted-completion-etag",
    /// The ETag in the answer of a copied part has no quotes.
    UnquotedCopiedPartEtag = "unquoted-copied-part-etag",
    /// The ETag in the answer of CopyObject has no quotes.
    UnquotedCopyEtag = "unquoted-copy-etag",
    /// The ETags in the answer of ListParts have no quotes.
    UnquotedPartListingEtags = "unquoted-part-listing-etags",
    /// The ETag in the answer of a completion is empty.
    EmptyCompletionEtag = "empty-completion-etag",
    /// The answer of ListParts has no Bucket.
    OmitPartListingBucket = "omit-part-listing-bucket",
    /// The answer of ListParts has no Key.
    OmitPartListingKey = "omit-part-listing-key",
    /// The answer of ListParts has no UploadId.
    OmitPartListingUploadId = "omit-part-listing-upload-id",
    /// The answer of ListParts has no NextPartNumberMarker.
    OmitPartListingMarker = "omit-part-listing-marker",
    /// The answer of ListParts has no MaxParts.
    OmitPartListingMax = "omit-part-listing-max",
    /// The answer of ListParts has no Part.PartNumber.
    OmitPartListingNumbers = "omit-part-listing-numbers",
    /// The answer of ListParts has no Part.ETag.
    OmitPartListingEtags = "omit-part-listing-etags",
    /// The answer of ListParts has no Part.Size.
    OmitPartListingSizes = "omit-part-listing-sizes",
    /// The answer of ListParts has no Part.LastModified.
    OmitPartListingTimes = "omit-part-listing-times",
    /// The answer of ListMultipartUploads has no Bucket.
    OmitUploadListingBucket = "omit-upload-listing-bucket",
    /// The answer of ListMultipartUploads has no IsTruncated.
    OmitUploadListingIsTruncated = "omit-upload-listing-is-truncated",
    /// The answer of ListMultipartUploads has no NextKeyMarker.
    OmitUploadListingMarker = "omit-upload-listing-marker",
    /// The answer of ListMultipartUploads has no MaxUploads.
    OmitUploadListingMax = "omit-upload-listing-max",
    /// The answer of ListMultipartUploads has no Upload.Key.
    OmitUploadListingKeys = "omit-upload-listing-keys",
    /// The answer of ListMultipartUploads has no Upload.UploadId.
    OmitUploadListingIds = "omit-upload-listing-ids",
    /// The answer of ListMultipartUploads has no Upload.Initiated.
    OmitUploadListingTimes = "omit-upload-listing-times",
    /// The answer of ListMultipartUploads has no CommonPrefixes.Prefix.
    OmitUploadListingPrefixes = "omit-upload-listing-prefixes",
    /// The answer of CopyObject has no ETag.
    OmitCopyEtag = "omit-copy-etag",
    /// The answer of CopyObject has no LastModified.
    OmitCopyTime = "omit-copy-time",
    /// The answer of ListObjectsV2 has no IsTruncated.
    OmitObjectListingIsTruncated = "omit-object-listing-is-truncated",
    /// The answer of ListObjectsV2 has no Contents.Key.
    OmitObjectListingKeys = "omit-object-listing-keys",
    /// The answer of ListObjectsV2 has no Contents.ETag.
    OmitObjectListingEtags = "omit-object-listing-etags",
    /// The answer of ListObjectsV2 has no Contents.Size.
    OmitObjectListingSizes = "omit-object-listing-sizes",
    /// The answer of ListObjectsV2 has no Contents.LastModified.
    OmitObjectListingTimes = "omit-object-listing-times",
    /// The answer of ListObjectsV2 has no CommonPrefixes.Prefix.
    OmitObjectListingPrefixes = "omit-object-listing-prefixes",
    /// The answer of PutObject has no ETag.
    OmitPutEtag = "omit-put-etag",
    /// The answer of GetObject has no ETag.
    OmitGetEtag = "omit-get-etag",
    /// The answer of GetObject has no Last-Modified.
    OmitGetTime = "omit-get-time",
    /// The answer of HeadObject has no ETag.
    OmitHeadEtag = "omit-head-etag",
    /// The answer of HeadObject has no Last-Modified.
    OmitHeadTime = "omit-head-time",
    /// The answer of HeadObject has no Content-Length.
    OmitHeadLength = "omit-head-length",
    /// The document of a refusal has another root element.
    MisnameErrors = "misname-errors",
    /// Refusals have no Code.
    OmitErrorCode = "omit-error-code",
    /// Refusals have no Message.
    OmitErrorMessage = "omit-error-message",

    of_races:
    /// A second completion of an upload empties the object.
    SecondCompletionEmpties = "second-completion-empties",
    /// An abort of an upload that was completed deletes the object.
    LateAbortDeletesObject = "late-abort-deletes-object",
    /// An abort of an upload that was completed deletes the object a while later.
    LateAbortDeletesLater = "late-abort-deletes-later",
    /// A part that was under way when its upload was aborted brings the upload back.
    LatePartRevivesUpload = "late-part-revives-upload",
    /// A part that arrives after its upload was completed is added to the object.
    LatePartJoinsObject = "late-part-joins-object",
    /// Reads during a completion show the ETag of the old object over the bytes of the new one.
    TornReads = "torn-reads",
    /// The old object is gone while a completion is under way.
    CompletionUnlinksFirst = "completion-unlinks-first",
    /// A completion takes its parts as they are some time after it has compared their ETags.
    CompletionReadsTwice = "completion-reads-twice",
    /// A completion writes its object once more a while later.
    CompletionWritesTwice = "completion-writes-twice",
    /// An abort that comes while a completion is under way leaves an object without bytes.
    AbortBreaksCompletion = "abort-breaks-completion",
    /// For a while after a completion, reads find what was there before.
    StaleReads = "stale-reads",
    /// A completion takes the ETag that a part had before it was sent again.
    HonoursSupersededEtags = "honours-superseded-etags",
    /// A part that was sent again is listed twice.
    ListsReplacedParts = "lists-replaced-parts",
    /// A part that is sent while another one of its upload is under way is lost.
    LosesPartsSideBySide = "loses-parts-side-by-side",
    /// A restart forgets uploads in progress.
    RestartLosesUploads = "restart-loses-uploads",
    /// A restart forgets the parts of uploads in progress.
    RestartLosesParts = "restart-loses-parts",
    /// A restart forgets objects that were completed.
    RestartLosesObjects = "restart-loses-objects",
    /// A restart brings uploads that had ended back.
    RestartRevivesUploads = "restart-revives-uploads",
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
